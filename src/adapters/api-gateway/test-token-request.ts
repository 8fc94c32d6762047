import { MalformedInputError } from "../../domain/errors.ts";
import { type Identity, parseIdentity } from "../../domain/identity/identity.ts";

/** The payload of `CreateTestJwt`: {userId, firstName, lastName, sub}, of which only `userId` is required. */
export function parseTestTokenRequest(event: unknown): Identity {
  const identity = parseIdentity(event);
  if (identity === undefined) throw new MalformedInputError("MALFORMED_TOKEN_REQUEST");
  return identity;
}
