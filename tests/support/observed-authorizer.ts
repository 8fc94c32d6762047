import { FixedSigningSecrets } from "../../src/adapters/in-memory/fixed-signing-secrets.ts";
import { PinoLogger } from "../../src/adapters/pino/pino-logger.ts";
import type { AdmissionPolicy } from "../../src/application/access/authorize-connection.ts";
import type { SigningSecrets } from "../../src/application/ports/signing-secrets.ts";
import { Secret } from "../../src/domain/secret.ts";
import { authorizerHandler } from "../../src/entrypoints/lambda/handlers/authorizer.ts";
import { FixedClock } from "../fakes/fixed-clock.ts";
import { SECRET_TEXT } from "./good-token.ts";
import { lambdaContext } from "./lambda-context.ts";
import { authorizeOver } from "./one-issuer.ts";

export const NOW = 1_800_000_000;

/** All output of an invocation: its result or error, and its log. */
export type Observation = {
  readonly answer?: Awaited<ReturnType<ReturnType<typeof authorizerHandler>>>;
  readonly error?: unknown;
  readonly log: string;
};

/** The authorizer's handler over real parts, except for the clock and the log's destination. */
export function observedAuthorizer(
  admission: AdmissionPolicy = { queryToken: "allowed", origins: "any" },
  secrets: SigningSecrets = new FixedSigningSecrets(new Secret(SECRET_TEXT)),
) {
  const written: string[] = [];
  const clock = new FixedClock(NOW * 1000);
  const destination = { write: (line: string) => void written.push(line) };
  const logger = new PinoLogger({ level: "INFO", service: "Authorizer", clock, destination });
  const handler = authorizerHandler({ authorize: authorizeOver(secrets, clock, admission), logger });

  return async (event: unknown, remainingMillis?: number): Promise<Observation> => {
    const [outcome] = await Promise.allSettled([handler(event, lambdaContext(remainingMillis))]);
    const log = written.splice(0).join("");
    return outcome.status === "fulfilled" ? { answer: outcome.value, log } : { error: outcome.reason, log };
  };
}
