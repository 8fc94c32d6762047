import { type FlagNames, parsePort, readFlags, UsageError } from "@portcullis/emulator/command";
import { parseTokenGrants } from "../../domain/grants/token-grants.ts";

const HELP = `Prints a test token of the running npm start: npm run --silent token -- --user-id <id> [flags]

  --user-id <id>       the user of the token
  --first-name <name>
  --last-name <name>
  --sub <text>
  --permissions <text> grants, parted by blanks         (subscribe:*)
  --port <number>      of the running runtime           (PORTCULLIS_PORT, 3001)
  --help               this text`;

const FLAGS: FlagNames = {
  names: ["user-id", "first-name", "last-name", "sub", "permissions", "port"],
  example: "--user-id ann",
};

const TIMEOUT_MS = 5_000;

/** A fault that the user can correct; its message is one line. */
class TokenError extends Error {}

async function requestToken(port: number, payload: Readonly<Record<string, unknown>>): Promise<string> {
  const url = `http://127.0.0.1:${port}/2015-03-31/functions/CreateTestJwt/invocations`;
  const init = { method: "POST", body: JSON.stringify(payload), signal: AbortSignal.timeout(TIMEOUT_MS) };
  const response = await fetch(url, init).catch((cause: unknown) => {
    throw new TokenError(`no response on port ${port}: is npm start running there?`, { cause });
  });
  const result = (await response.json().catch(() => ({}))) as Readonly<Record<string, unknown>>;
  if (typeof result["authToken"] === "string") return result["authToken"];
  if (String(result["Message"]).startsWith("Function not found")) {
    throw new TokenError(
      `port ${port} mints no test tokens: npm start does with the stack's own secret (no JwksUrl, or a document of issuers ` +
        "of which one has secret: true), without MintTestTokens=false and without FunctionNamePrefix",
    );
  }
  throw new TokenError(
    `port ${port} returned no token: ${result["errorMessage"] ?? `status ${response.status}, is npm start running there?`}`,
  );
}

/** The list in the flag; an empty text is a token without a grant. Undefined without the flag. */
function parsePermissions(text: string | undefined): readonly string[] | undefined {
  const permissions = text?.split(" ").filter((one) => one !== "");
  if (parseTokenGrants(permissions).kind === "rejected") {
    throw new UsageError("--permissions must be grants as subscribe:order-*, parted by blanks, of at most 4 KB");
  }
  return permissions;
}

async function main(): Promise<void> {
  const flags = readFlags(process.argv.slice(2), FLAGS, process.env);
  if (flags.help) return console.log(HELP);
  const userId = flags.value("user-id");
  if (userId === undefined) throw new UsageError("--user-id is missing (--help lists the flags)");
  const port = parsePort(flags.value("port") ?? process.env["PORTCULLIS_PORT"] ?? "3001", "--port or PORTCULLIS_PORT");
  const payload = {
    userId,
    firstName: flags.value("first-name"),
    lastName: flags.value("last-name"),
    sub: flags.value("sub"),
    permissions: parsePermissions(flags.value("permissions")),
  };
  console.log(await requestToken(port, payload));
}

await main().catch((error: unknown) => {
  if (!(error instanceof UsageError || error instanceof TokenError)) throw error;
  console.error(`portcullis: ${error.message}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
