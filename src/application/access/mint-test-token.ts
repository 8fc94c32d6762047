import type { Identity } from "../../domain/identity/identity.ts";
import { addSeconds, earlier, toEpochSeconds } from "../../domain/time.ts";
import type { IssuerPolicy } from "../../domain/token/issuer-policy.ts";
import type { Clock, UniqueIds } from "../ports/system.ts";
import type { TokenSigner } from "../ports/tokens.ts";

const TEST_TOKEN_SECONDS = 3600;

/** The contents of a minted token. The authorizer judges it by its issuer's policy, like any other token. */
export type MintingPolicy = Pick<
  IssuerPolicy,
  "issuer" | "audiences" | "maxLifetimeSeconds" | "identityClaims" | "permissionsClaim"
>;

/**
 * Mints a token that the issuer's policy accepts, valid for one hour or the policy's shorter limit. A caller can
 * impersonate any user. The user id is the one in the token, without its issuer's prefix. The permissions are written
 * as they are.
 */
export type MintTestToken = (identity: Identity, permissions: readonly string[]) => Promise<string>;

export function makeMintTestToken(deps: {
  readonly signer: TokenSigner;
  readonly policy: MintingPolicy;
  readonly clock: Clock;
  readonly ids: UniqueIds;
}): MintTestToken {
  return (identity, permissions) => {
    const now = toEpochSeconds(deps.clock.now());
    return deps.signer.sign({
      // The first of all: no name of this claim replaces another one.
      [deps.policy.permissionsClaim]: permissions,
      iss: deps.policy.issuer,
      aud: deps.policy.audiences[0],
      iat: now,
      nbf: now,
      exp: earlier(addSeconds(now, TEST_TOKEN_SECONDS), addSeconds(now, deps.policy.maxLifetimeSeconds)),
      jti: deps.ids.next(),
      ...namedClaims(identity, deps.policy),
      data: identity,
    });
  };
}

/** The user under the names that the policy looks for, unless it looks in `data`. */
function namedClaims(
  { userId, firstName, lastName }: Identity,
  { identityClaims: { holder, names } }: MintingPolicy,
): Record<string, unknown> {
  if (holder === "data") return {};
  return {
    [names.userId]: userId,
    ...(firstName !== undefined && { [names.firstName]: firstName }),
    ...(lastName !== undefined && { [names.lastName]: lastName }),
  };
}
