import { describe, expect, it } from "vitest";
import { makeMintTestToken } from "../../../src/application/access/mint-test-token.ts";
import { CLAIM_MAPPINGS, type Identity } from "../../../src/domain/identity/identity.ts";
import type { PlainObject } from "../../../src/domain/plain-object.ts";
import { toEpochSeconds } from "../../../src/domain/time.ts";
import { judgeClaims } from "../../../src/domain/token/claims.ts";
import type { IssuerPolicy } from "../../../src/domain/token/issuer-policy.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { AUDIENCE, POLICY } from "../../support/good-token.ts";

const NOW = 1_800_000_000;
const clock = new FixedClock(NOW * 1000);
const ann = { userId: "ann", firstName: "Ann", lastName: "Lee", sub: "auth0|ann" } as Identity;

const PERMISSIONS = ["subscribe:order-17", "read:invoices"];

async function mintedClaims(policy: IssuerPolicy, identity: Identity = ann): Promise<PlainObject> {
  const signed: PlainObject[] = [];
  const signer = { sign: async (claims: PlainObject) => String(signed.push(claims)) };
  await makeMintTestToken({ signer, policy, clock, ids: { next: () => "id-1" } })(identity, PERMISSIONS);
  return signed[0] ?? {};
}

describe("mintTestToken", () => {
  it("writes the registered claims, for one hour, beside data", async () => {
    const claims = await mintedClaims(POLICY);

    expect(claims).toStrictEqual({
      permissions: PERMISSIONS,
      iss: POLICY.issuer,
      aud: AUDIENCE,
      iat: NOW,
      nbf: NOW,
      exp: NOW + 3600,
      jti: "id-1",
      data: ann,
    });
  });

  it.each<Partial<IssuerPolicy>>([
    {},
    { identityClaims: CLAIM_MAPPINGS.oidc },
    { identityClaims: { names: { ...CLAIM_MAPPINGS.oidc.names, userId: "https://issuer.example/id" } } },
    { permissionsClaim: "scope" },
    { permissionsClaim: "https://portcullis.example/permissions" },
    { maxLifetimeSeconds: 60 },
    { leewaySeconds: 0, maxLifetimeSeconds: 3600 },
  ])("writes claims that a policy with %o accepts", async (change) => {
    const policy = { ...POLICY, ...change };

    const verdict = judgeClaims(await mintedClaims(policy), policy, toEpochSeconds(clock.now()));

    expect(verdict).toMatchObject({
      kind: "accepted",
      identity: { userId: "ann", firstName: "Ann", lastName: "Lee" },
      grants: [{ verb: "subscribe", pattern: "order-17" }],
    });
  });

  it.each(["iss", "exp", "data"])("lets permissions replace no other claim: a claim of the name %s", async (claim) => {
    const claims = await mintedClaims({ ...POLICY, permissionsClaim: claim });

    expect(claims).toMatchObject({ iss: POLICY.issuer, exp: NOW + 3600, data: ann });
  });

  it("leaves out names that are not known", async () => {
    const claims = await mintedClaims({ ...POLICY, identityClaims: CLAIM_MAPPINGS.oidc }, { userId: ann.userId });

    expect(Object.keys(claims)).toStrictEqual(["permissions", "iss", "aud", "iat", "nbf", "exp", "jti", "sub", "data"]);
  });
});
