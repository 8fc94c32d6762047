import type { MintTestToken } from "../../../application/access/mint-test-token.ts";
import type { Logger } from "../../../application/ports/logger.ts";
import { MalformedInputError } from "../../../domain/errors.ts";
import { type Identity, parseIdentity } from "../../../domain/identity/identity.ts";
import { lambdaHandler } from "../middleware/lambda-handler.ts";

/** Its callers can be any user: it is deployed only with `MintTestTokens=true`. */
export function createTestJwtHandler({ mint, logger }: { readonly mint: MintTestToken; readonly logger: Logger }) {
  return lambdaHandler({
    name: "CreateTestJwt",
    logger,
    handle: async (event, log) => {
      const identity = parseTestTokenRequest(event);
      const authToken = await mint(identity);
      log.add({ outcome: "minted", userId: identity.userId });
      return { authToken };
    },
    onFault: (error) => new Error(error instanceof MalformedInputError ? "InvalidUserId" : "TokenUnavailable"),
  });
}

/** The payload of `CreateTestJwt`: {userId, firstName, lastName, sub}, of which only `userId` is required. */
export function parseTestTokenRequest(event: unknown): Identity {
  const identity = parseIdentity(event);
  if (identity === undefined) throw new MalformedInputError("MALFORMED_TOKEN_REQUEST");
  return identity;
}
