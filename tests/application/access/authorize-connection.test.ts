import { describe, expect, it } from "vitest";
import { makeAuthorizeConnection } from "../../../src/application/access/authorize-connection.ts";
import { makeVerifyToken } from "../../../src/application/access/verify-token.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { TokenVerifier, VerifiedToken } from "../../../src/application/ports/tokens.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { POLICY as GOOD } from "../../support/good-token.ts";

const NOW = 1_700_000_000;
const POLICY = { ...GOOD, issuer: "us", audiences: ["us"], leewaySeconds: 0, maxLifetimeSeconds: 3600 } as const;
const ADMISSION = { queryToken: "allowed", origins: ["https://app.example.com"] } as const;
const CLAIMS = { iss: "us", aud: "us", exp: NOW + 60, data: { userId: "ann" } };

function authorizing(verify: TokenVerifier["verify"]) {
  const clock = new FixedClock(NOW * 1000);
  const verifyToken = makeVerifyToken({ verifier: { verify }, clock });
  return makeAuthorizeConnection({ verifyToken, admission: ADMISSION });
}

const verified = async (): Promise<VerifiedToken> => ({ kind: "verified", claims: CLAIMS, policy: POLICY });
const credentials = { query: ["a.b.c"], subprotocols: [], authorization: [] };

describe("authorizing a connection", () => {
  it("accepts a good token, as the user that it names, until the token ends", async () => {
    const verdict = await authorizing(verified)({ credentials, origins: ["https://app.example.com"] });
    expect(verdict).toEqual({
      kind: "accepted",
      identity: { userId: "ann" },
      token: { issuer: "us", expiresAt: NOW + 60 },
      grants: [],
    });
  });

  it("asks no verifier unless there is exactly one token", async () => {
    const asked: string[] = [];
    const authorize = authorizing((token) => {
      asked.push(token);
      return verified();
    });
    const verdict = await authorize({ credentials: { query: [], subprotocols: [], authorization: [] }, origins: [] });
    expect(verdict).toEqual({ kind: "rejected", reason: "TOKEN_MISSING" });
    expect(asked).toEqual([]);
  });

  it("passes on the verifier's reason", async () => {
    const authorize = authorizing(async () => ({ kind: "rejected", reason: "SIGNATURE_INVALID" }));
    expect(await authorize({ credentials, origins: [] })).toEqual({ kind: "rejected", reason: "SIGNATURE_INVALID" });
  });

  it("judges verified claims", async () => {
    const authorize = authorizing(async () => ({
      kind: "verified",
      claims: { ...CLAIMS, exp: NOW },
      policy: POLICY,
    }));
    expect(await authorize({ credentials, origins: [] })).toEqual({
      kind: "rejected",
      reason: "EXPIRED",
      verified: { issuer: "us" },
    });
  });

  it("attack:F20 refuses a page that is not listed, but only after the token is verified", async () => {
    const origins = ["https://evil.example"];
    expect(await authorizing(verified)({ credentials, origins })).toEqual({
      kind: "refused",
      reason: "ORIGIN_NOT_ALLOWED",
      identity: { userId: "ann" },
      token: { issuer: "us", expiresAt: NOW + 60 },
    });
    const forged = authorizing(async () => ({ kind: "rejected", reason: "SIGNATURE_INVALID" }));
    expect(await forged({ credentials, origins })).toMatchObject({ kind: "rejected" });
  });

  it("fault:K1 throws, and admits no caller, when the keys cannot be read", async () => {
    const outage = new DependencyUnavailableError("SIGNING_SECRETS");
    const authorize = authorizing(() => Promise.reject(outage));
    await expect(authorize({ credentials, origins: [] })).rejects.toBe(outage);
  });
});
