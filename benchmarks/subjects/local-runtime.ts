// What `npm start` runs, without the account's quota on connects per second, which is all that would be measured. Sends
// where it listens.
import { DEFAULT_QUOTAS } from "../../packages/emulator/src/gateway/quotas.ts";
import { startLocalStack } from "../../src/entrypoints/local/start-local-stack.ts";
import { freePort } from "../../tests/support/free-port.ts";
import { LOCAL_SETTINGS, SECRET } from "../settings.ts";

// Known before the start: the functions are told where `@connections` is.
const options = { port: await freePort(), stage: "dev", jwtSecret: SECRET };
const parameters = { TokenIssuer: LOCAL_SETTINGS.TOKEN_ISSUER, TokenAudience: LOCAL_SETTINGS.TOKEN_AUDIENCE };
const { port } = await startLocalStack(
  { ...options, parameters },
  {
    quotas: { ...DEFAULT_QUOTAS, connects: { perSecond: 1e6, burst: 1e6 } },
    onFailure: (name, { errorMessage }) => console.error(`${name}: ${errorMessage}`),
    note: console.error,
  },
);
process.send?.({ port });
