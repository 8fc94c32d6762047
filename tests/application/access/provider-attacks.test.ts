import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { goodProviderToken, PROVIDERS, publishedKeyAttacks } from "../../support/attacks/published-key-attacks.ts";
import { verdictsOf } from "../../support/providers.ts";

const verdictOn = verdictsOf(1_800_000_000, ...PROVIDERS);
const fetched = vi.fn();

beforeAll(() => {
  vi.stubGlobal("fetch", fetched);
});

afterAll(() => {
  vi.unstubAllGlobals();
});

describe("the attack table, at issuers with a JWKS,", () => {
  it("holds the rows that it is expected to hold", () => {
    expect(publishedKeyAttacks.length).toBeGreaterThanOrEqual(200);
    expect(new Set(publishedKeyAttacks.map(({ id, title }) => `${id} ${title}`)).size).toBe(publishedKeyAttacks.length);
  });

  it.each(["RS256", "PS256", "ES256", "EdDSA"] as const)("has a good token of %s (positive control)", async (alg) => {
    expect(await verdictOn(goodProviderToken(alg))).toMatchObject({
      kind: "accepted",
      identity: { userId: `${alg}:ann` },
    });
  });

  it.each(publishedKeyAttacks)("$id $title is $reason (CWE-$cwe)", async ({ token, reason }) => {
    expect(await verdictOn(token)).toMatchObject({ kind: "rejected", reason });
  });

  it("attack:C3 attack:C4 fetched nothing", () => {
    expect(fetched).not.toHaveBeenCalled();
  });

  it("attack:B8 accepts the twin of an ECDSA signature, which is the same token: same user, same jti, same end", async () => {
    const good = goodProviderToken("ES256");
    const [header, payload, signature = ""] = good.split(".");
    const raw = Buffer.from(signature, "base64url");
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const s = order - BigInt(`0x${raw.subarray(32).toString("hex")}`);
    const twin = Buffer.concat([raw.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, "0"), "hex")]);

    expect(await verdictOn([header, payload, twin.toString("base64url")].join("."))).toEqual(await verdictOn(good));
  });
});
