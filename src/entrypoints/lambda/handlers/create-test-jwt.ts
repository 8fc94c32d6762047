import type { MintTestToken } from "../../../application/access/mint-test-token.ts";
import type { Logger } from "../../../application/ports/logger.ts";
import { MalformedInputError } from "../../../domain/errors.ts";
import { MAX_GRANTS_BYTES, parseTokenGrants } from "../../../domain/grants/token-grants.ts";
import { type Identity, parseIdentity } from "../../../domain/identity/identity.ts";
import { isPlainObject, ownProperty } from "../../../domain/plain-object.ts";
import { isPlainText, utf8Length } from "../../../domain/text.ts";
import { lambdaHandler } from "../middleware/lambda-handler.ts";

/** Its callers can be any user: it is deployed only with `MintTestTokens=true`. */
export function createTestJwtHandler({ mint, logger }: { readonly mint: MintTestToken; readonly logger: Logger }) {
  return lambdaHandler({
    name: "CreateTestJwt",
    logger,
    handle: async (event, log) => {
      const { identity, permissions } = parseTestTokenRequest(event);
      const authToken = await mint(identity, permissions);
      log.add({ outcome: "minted", userId: identity.userId });
      return { authToken };
    },
    onFault: (error) => new Error(error instanceof MalformedInputError ? "InvalidUserId" : "TokenUnavailable"),
  });
}

type TestTokenRequest = { readonly identity: Identity; readonly permissions: readonly string[] };

/** For a caller that says nothing about permissions. */
const EVERY_ENTITY = ["subscribe:*"];

/**
 * The payload of `CreateTestJwt`: {userId, firstName, lastName, sub, permissions}, of which only `userId` is required.
 */
export function parseTestTokenRequest(event: unknown): TestTokenRequest {
  const identity = parseIdentity(event);
  const given = isPlainObject(event) ? ownProperty(event, "permissions") : undefined;
  const permissions = given === undefined ? EVERY_ENTITY : parsePermissions(given);
  if (identity === undefined || permissions === undefined) throw new MalformedInputError("MALFORMED_TOKEN_REQUEST");
  return { identity, permissions };
}

/** Undefined for permissions with which the authorizer would reject the token. */
function parsePermissions(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const permissions = value.filter((one): one is string => isPlainText(one, MAX_GRANTS_BYTES));
  const isWhole = permissions.length === value.length && utf8Length(JSON.stringify(permissions)) <= MAX_GRANTS_BYTES;
  return isWhole && parseTokenGrants(permissions).kind === "grants" ? permissions : undefined;
}
