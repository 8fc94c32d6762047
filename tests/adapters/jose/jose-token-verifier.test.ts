import { afterEach, describe, expect, it, vi } from "vitest";
import { HmacVerificationKeys } from "../../../src/adapters/jose/hmac-keys.ts";
import { JoseTokenVerifier } from "../../../src/adapters/jose/jose-token-verifier.ts";
import { Secret } from "../../../src/domain/secret.ts";
import type { UnverifiedToken } from "../../../src/domain/token/credentials.ts";
import { RotatingSigningSecrets } from "../../fakes/rotating-signing-secrets.ts";
import { HOSTILE_KEY_IDS } from "../../support/attacks/key-attacks.ts";
import { forgeJws } from "../../support/forged-jws.ts";
import { POLICY } from "../../support/good-token.ts";
import { verifierOver } from "../../support/one-issuer.ts";

const claims = { iss: "anyone", data: { userId: "ann" } };
const current = new Secret("current-secret-of-more-than-32-bytes");
const previous = new Secret("previous-secret-of-more-than-32-bytes");
const next = new Secret("next-secret-of-more-than-32-bytes");

const signedWith = (secret: Secret) => forgeJws({ payload: claims, key: secret.reveal() }) as UnverifiedToken;

const withHeader = (header: unknown) => forgeJws({ header, payload: claims, key: current.reveal() }) as UnverifiedToken;

const unavailable = (code: string) => ({
  name: "DependencyUnavailableError",
  dependency: "SIGNING_SECRETS",
  cause: expect.objectContaining({ code }),
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("JoseTokenVerifier", () => {
  it("returns the claims of a token signed with the current secret", async () => {
    const secrets = new RotatingSigningSecrets([current]);

    const verified = await verifierOver(secrets).verify(signedWith(current));

    expect(verified).toStrictEqual({ kind: "verified", claims, policy: POLICY });
    expect(secrets).toMatchObject({ reads: 1, rereads: 0 });
  });

  it("fault:K4 accepts the previous secret as long as it is one of the secrets", async () => {
    const secrets = new RotatingSigningSecrets([current, previous]);

    const verified = await verifierOver(secrets).verify(signedWith(previous));

    expect(verified.kind).toBe("verified");
    expect(secrets.rereads).toBe(0);
  });

  it("fault:K3 rereads the secrets once before it refuses a signature, and accepts a newly rotated secret", async () => {
    const secrets = new RotatingSigningSecrets([current], [next, current]);

    const verified = await verifierOver(secrets).verify(signedWith(next));

    expect(verified.kind).toBe("verified");
    expect(secrets).toMatchObject({ reads: 1, rereads: 1 });
  });

  it("fault:K3 refuses a signature that no reread secret verifies either", async () => {
    const secrets = new RotatingSigningSecrets([current], [next, current]);

    const verified = await verifierOver(secrets).verify(signedWith(previous));

    expect(verified).toStrictEqual({ kind: "rejected", reason: "SIGNATURE_INVALID" });
    expect(secrets).toMatchObject({ reads: 1, rereads: 1 });
  });

  it.each([
    ["attack:A3 two segments", "e30.e30"],
    ["attack:A15 too long", `${"A".repeat(8000)}.${"A".repeat(400)}.AAAA`],
    ["attack:A11 a header without JSON", "AAAA.e30.AAAA"],
    ["attack:B1 no algorithm", withHeader({ alg: "none" })],
    ["attack:B4 another algorithm", withHeader({ alg: "HS512" })],
    ["attack:B10 crit", withHeader({ alg: "HS256", crit: ["exp"] })],
    ["attack:A10 a signature of another length", `${signedWith(current)}A`],
  ])("%s is refused before any secret is read", async (_row, token) => {
    const secrets = new RotatingSigningSecrets([current]);

    const verified = await verifierOver(secrets).verify(token as UnverifiedToken);

    expect(verified.kind).toBe("rejected");
    expect(secrets).toMatchObject({ reads: 0, rereads: 0 });
  });

  it.each([
    ["typ JWT", { alg: "HS256", typ: "JWT" }],
    ["no typ", { alg: "HS256" }],
    ["typ in lower case", { alg: "HS256", typ: "jwt" }],
    ["typ as a whole media type", { alg: "HS256", typ: "application/JWT" }],
    ["a thumbprint as kid", { alg: "HS256", kid: "-NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" }],
  ])("accepts a header with %s", async (_name, header) => {
    const verified = await verifierOver(new RotatingSigningSecrets([current])).verify(withHeader(header));

    expect(verified.kind).toBe("verified");
  });

  it.each(["IBZFPqpuE0oC+hnZ", ...Object.values(HOSTILE_KEY_IDS).flat()])(
    "attack:C1 accepts any kid, since it selects no key: %j",
    async (kid) => {
      const token = withHeader({ alg: "HS256", kid });

      const verified = await verifierOver(new RotatingSigningSecrets([current])).verify(token);

      expect(verified).toStrictEqual({ kind: "verified", claims, policy: POLICY });
    },
  );

  it.each([
    ["fault:K10 of one byte", "a", "KEY_TOO_SHORT"],
    ["fault:K10 of 31 bytes", "k".repeat(31), "KEY_TOO_SHORT"],
    ["fault:K10 of NULs", "\0".repeat(32), "KEY_NOT_PRINTABLE"],
    ["fault:K12 of one character", "k".repeat(32), "KEY_TOO_UNIFORM"],
    ["fault:K8 that is a PEM", " -----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n", "KEY_IS_PUBLIC"],
  ])("a current secret %s is a fault, not a refusal", async (_row, text, code) => {
    const secret = new Secret(text);
    const verifier = verifierOver(new RotatingSigningSecrets([secret]));

    await expect(verifier.verify(signedWith(secret))).rejects.toMatchObject(unavailable(code));
  });

  it("attack:C2 never verifies with an empty key", async () => {
    const verifier = verifierOver(new RotatingSigningSecrets([new Secret("")]));
    const token = forgeJws({ payload: claims, key: "" }) as UnverifiedToken;

    await expect(verifier.verify(token)).rejects.toMatchObject(unavailable("KEY_TOO_SHORT"));
  });

  it("fault:K10 refuses a token signed with a weak previous secret, without an outage", async () => {
    const weak = new Secret("weak");
    const verifier = verifierOver(new RotatingSigningSecrets([current, weak]));

    const [ofWeak, ofCurrent] = await Promise.all([
      verifier.verify(signedWith(weak)),
      verifier.verify(signedWith(current)),
    ]);

    expect(ofWeak).toStrictEqual({ kind: "rejected", reason: "SIGNATURE_INVALID" });
    expect(ofCurrent.kind).toBe("verified");
  });

  it("passes an outage on", async () => {
    const outage = new Error("outage");
    const verifier = verifierOver({
      prime: () => Promise.reject(outage),
      read: () => Promise.reject(outage),
      reread: () => Promise.reject(outage),
    });

    await expect(verifier.verify(signedWith(current))).rejects.toBe(outage);
  });

  it("imports a secret once, and tries each secret once for a token", async () => {
    const imports = vi.spyOn(crypto.subtle, "importKey");
    const checks = vi.spyOn(crypto.subtle, "verify");
    const verifier = verifierOver(new RotatingSigningSecrets([current, previous], [next, current, previous]));

    await verifier.verify(forgeJws({ payload: claims, key: "nobody's" }) as UnverifiedToken);
    await verifier.verify(signedWith(current));

    expect(imports).toHaveBeenCalledTimes(3);
    expect(checks).toHaveBeenCalledTimes(5);
  });

  it("reports a key that cannot verify as a fault, not as a refusal", async () => {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const signOnly = await crypto.subtle.importKey("raw", Buffer.alloc(32), algorithm, false, ["sign"]);
    vi.spyOn(crypto.subtle, "importKey").mockResolvedValue(signOnly);
    const verifier = verifierOver(new RotatingSigningSecrets([current]));

    await expect(verifier.verify(signedWith(current))).rejects.toThrow(TypeError);
  });

  it("imports no key for the first token if its keys were primed", async () => {
    const secrets = new RotatingSigningSecrets([current, previous]);
    const keys = new HmacVerificationKeys(secrets);
    await keys.prime();
    const imports = vi.spyOn(crypto.subtle, "importKey");

    const verified = await new JoseTokenVerifier([{ policy: POLICY, keys }]).verify(signedWith(previous));

    expect(verified.kind).toBe("verified");
    expect(imports).not.toHaveBeenCalled();
  });

  it("fault:K10 throws if the current secret must not be a key, when it is primed and at the first token", async () => {
    const keys = new HmacVerificationKeys(new RotatingSigningSecrets([new Secret("weak")]));
    const verifying = () => new JoseTokenVerifier([{ policy: POLICY, keys }]).verify(signedWith(current));

    await expect(keys.prime()).rejects.toMatchObject(unavailable("KEY_TOO_SHORT"));
    await expect(verifying()).rejects.toMatchObject(unavailable("KEY_TOO_SHORT"));
  });
});
