import type { Identity, IdentityClaims } from "../../domain/identity/identity.ts";
import { addSeconds, earlier, toEpochSeconds } from "../../domain/time.ts";
import type { Clock, UniqueIds } from "../ports/system.ts";
import type { TokenSigner } from "../ports/tokens.ts";

const TEST_TOKEN_SECONDS = 3600;

/** The contents of a minted token. The authorizer judges it by its issuer's policy, like any other token. */
export type MintingPolicy = {
  readonly issuer: string;
  readonly audience: string;
  readonly maxLifetimeSeconds: number;
  readonly identityClaims: IdentityClaims;
};

/**
 * Mints a token that the issuer's policy accepts, valid for one hour or the policy's shorter limit. A caller can
 * impersonate any user.
 */
export type MintTestToken = (identity: Identity) => Promise<string>;

export function makeMintTestToken(deps: {
  readonly signer: TokenSigner;
  readonly policy: MintingPolicy;
  readonly clock: Clock;
  readonly ids: UniqueIds;
}): MintTestToken {
  return (identity) => {
    const now = toEpochSeconds(deps.clock.now());
    return deps.signer.sign({
      iss: deps.policy.issuer,
      aud: deps.policy.audience,
      iat: now,
      nbf: now,
      exp: earlier(addSeconds(now, TEST_TOKEN_SECONDS), addSeconds(now, deps.policy.maxLifetimeSeconds)),
      jti: deps.ids.next(),
      ...(deps.policy.identityClaims === "oidc" && oidcClaims(identity)),
      data: identity,
    });
  };
}

function oidcClaims({ userId, firstName, lastName }: Identity): Record<string, unknown> {
  return {
    sub: userId,
    ...(firstName !== undefined && { given_name: firstName }),
    ...(lastName !== undefined && { family_name: lastName }),
  };
}
