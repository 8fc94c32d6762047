/** What somebody needs who has just started it: where it is, how to get a token, and the two ways to pass one. */
export function banner({ port, stage }: { readonly port: number; readonly stage: string }): string {
  const url = `ws://127.0.0.1:${port}/${stage}`;
  const portFlag = port === 3001 ? "" : ` --port ${port}`;
  return `
Portcullis listens on ${url}

A token:
  TOKEN=$(npm run --silent token -- --user-id ann${portFlag})
or with the AWS CLI, into response.json:
  echo '{"userId":"ann"}' | aws lambda invoke --function-name CreateTestJwt --endpoint-url http://127.0.0.1:${port} \\
    --region us-east-1 --no-sign-request --payload fileb:///dev/stdin response.json

Connect:
  npx wscat -c "${url}?access_token=$TOKEN"
or with the token out of the URL:
  npx wscat -c ${url} -s websocket -s "$TOKEN"

Ctrl-C ends it.
`;
}
