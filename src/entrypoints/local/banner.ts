/** Where the runtime listens, and whether it has the function that mints test tokens, under its own name. */
export type Place = { readonly port: number; readonly stage: string; readonly mintsTestTokens: boolean };

export type Hint = { readonly title: string; readonly lines: readonly string[] };

/** The next commands to copy: get a token, pass it (the better way first), and push. */
export function hints({ port, stage, mintsTestTokens }: Place): readonly Hint[] {
  const url = `ws://127.0.0.1:${port}/${stage}`;
  const endpoint = endpointFlags(port);
  return [
    ...(mintsTestTokens ? mintingHints(port) : [PASTING]),
    {
      title: "Connect, with the token as a subprotocol:",
      lines: [`npx wscat -c ${url} -s websocket -s "$TOKEN"`],
    },
    {
      title: "or in the URL, which ends up in histories and logs:",
      lines: [`npx wscat -c "${url}?access_token=$TOKEN"`],
    },
    {
      title: "or ask what a handshake would be answered:",
      lines: [`curl -i -X POST -H "Authorization: Bearer $TOKEN" http://127.0.0.1:${port}/_functions/Check/check`],
    },
    {
      title: "Subscribe to an entity there:",
      lines: ['{"action":"subscribe","entityId":"order-17"}'],
    },
    {
      title: "Push to its subscribers from another terminal, in this folder; any credentials will do:",
      lines: [
        `AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=y aws events put-events ${endpoint} \\`,
        "  --entries file://examples/entity-updated.json",
      ],
    },
  ];
}

function endpointFlags(port: number): string {
  return `--endpoint-url http://127.0.0.1:${port} --region us-east-1`;
}

function mintingHints(port: number): readonly Hint[] {
  const portFlag = port === 3001 ? "" : ` --port ${port}`;
  return [
    {
      title: "A token, in this folder:",
      lines: [`TOKEN=$(npm run --silent token -- --user-id ann${portFlag})`],
    },
    {
      title: "or with the AWS CLI, through the file response.json:",
      lines: [
        `echo '{"userId":"ann"}' | aws lambda invoke --function-name CreateTestJwt ${endpointFlags(port)} \\`,
        "  --no-sign-request --payload fileb:///dev/stdin response.json",
        `TOKEN=$(node -p 'require("./response.json").authToken')`,
      ],
    },
  ];
}

/** Without an echo: a token stays neither on the screen nor in a history. */
const PASTING: Hint = {
  title: "No test tokens are minted here. A token of your issuer, pasted after this command:",
  lines: ["read -rs TOKEN"],
};

/** The text in the terminal after the start. */
export function banner(place: Place): string {
  const sections = hints(place).map(({ title, lines }) => [title, ...lines.map((line) => `  ${line}`)].join("\n"));
  return `
Portcullis listens on ws://127.0.0.1:${place.port}/${place.stage}

${sections.join("\n")}

Queues and dead letters: http://127.0.0.1:${place.port}/_local/queues
Press Ctrl-C to stop.
`;
}
