// The system of `npm start`, without the account's quota on connects per second, which would limit the measurement. Sends
// its port.
import { DEFAULT_QUOTAS } from "@portcullis/emulator";
import { startLocalStack } from "../../src/entrypoints/local/start-local-stack.ts";
import { LOCAL_SETTINGS, SECRET } from "../settings.ts";

// Port 0 is any free port.
const options = { port: 0, stage: "dev", jwtSecret: SECRET };
const parameters = { TokenIssuer: LOCAL_SETTINGS.TOKEN_ISSUER, TokenAudience: LOCAL_SETTINGS.TOKEN_AUDIENCE };
const { port } = await startLocalStack(
  { ...options, parameters },
  {
    quotas: { ...DEFAULT_QUOTAS, connects: { perSecond: 1e6, burst: 1e6 } },
    warn: console.error,
  },
);
process.send?.({ port });
