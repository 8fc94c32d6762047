import { LOCAL_LINKS } from "@portcullis/emulator";

/** How a reader reaches the runtime, and whether it has the function that mints test tokens, under its own name. */
export type Place = {
  /** Host and port, as in a URL. */
  readonly authority: string;
  readonly stage: string;
  readonly mintsTestTokens: boolean;
};

export type Hint = { readonly title: string; readonly lines: readonly string[] };

/** The next commands to copy: get a token, pass it (the better way first), and push. */
export function hints({ authority, stage, mintsTestTokens }: Place): readonly Hint[] {
  const url = `ws://${authority}/${stage}`;
  const endpoint = endpointFlags(authority);
  return [
    ...(mintsTestTokens ? mintingHints(authority) : [PASTING]),
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
      lines: [`curl -i -X POST -H "Authorization: Bearer $TOKEN" http://${authority}/_functions/Check/check`],
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

function endpointFlags(authority: string): string {
  return `--endpoint-url http://${authority} --region us-east-1`;
}

function mintingHints(authority: string): readonly Hint[] {
  const { port } = new URL(`http://${authority}`);
  const portFlag = port === "3001" ? "" : ` --port ${port || 80}`;
  return [
    {
      title: "A token, in this folder:",
      lines: [`TOKEN=$(npm run --silent token -- --user-id ann${portFlag})`],
    },
    {
      title: "or with the AWS CLI, through the file response.json:",
      lines: [
        `echo '{"userId":"ann"}' | aws lambda invoke --function-name CreateTestJwt ${endpointFlags(authority)} \\`,
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
  const links = LOCAL_LINKS.map(({ path, text }) => `  http://${place.authority}${path}  ${text}`);
  return `
Portcullis listens on ws://${place.authority}/${place.stage}

${sections.join("\n")}

All that runs here: http://${place.authority}/
${links.join("\n")}
Press Ctrl-C to stop.
`;
}
