/** What somebody needs who has just started it: where it is, a token, the two ways to pass it, and how to push. */
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

Follow an entity there, and push to its followers from here, with any credentials:
  {"action":"subscribe","entityId":"order-17"}
  aws events put-events --endpoint-url http://127.0.0.1:${port} --region us-east-1 \\
    --entries file://examples/entity-updated.json

Ctrl-C ends it.
`;
}
