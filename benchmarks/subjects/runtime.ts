import type { Quotas } from "@portcullis/emulator";
import { startLocalStack } from "../../src/entrypoints/local/start-local-stack.ts";
import { LOCAL_SETTINGS, SECRET } from "../settings.ts";
import { announce } from "./announce.ts";

/** Starts the system of `npm start` in this process, and sends its port to the parent. */
export async function startRuntime(quotas?: Quotas): Promise<void> {
  // Port 0 is any free port.
  const options = { port: 0, stage: "dev", jwtSecret: SECRET };
  const { TOKEN_ISSUER: TokenIssuer, TOKEN_AUDIENCE: TokenAudience } = LOCAL_SETTINGS;
  const throttle = { ThrottlingRateLimit: "999999", ThrottlingBurstLimit: "999999" };
  // Many clients of a measurement share one token, and so one user. The account's quotas limit them, not the routes'.
  const parameters = { TokenIssuer, TokenAudience, ConnectionLimit: "0", ...throttle };
  const { port } = await startLocalStack(
    { ...options, parameters },
    { ...(quotas && { quotas }), warn: console.error },
  );
  announce(port);
}
