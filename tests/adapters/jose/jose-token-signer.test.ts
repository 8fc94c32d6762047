import { describe, expect, it, vi } from "vitest";
import { HmacVerificationKeys } from "../../../src/adapters/jose/hmac-keys.ts";
import { JoseTokenSigner } from "../../../src/adapters/jose/jose-token-signer.ts";
import { Secret } from "../../../src/domain/secret.ts";
import { findAlgorithm, HS256 } from "../../../src/domain/token/algorithms.ts";
import { RotatingSigningSecrets } from "../../fakes/rotating-signing-secrets.ts";
import { forgeJws } from "../../support/forged-jws.ts";
import { LONG_SECRET } from "../../support/providers.ts";

const current = new Secret("current-secret-of-more-than-32-bytes");
const previous = new Secret("previous-secret-of-more-than-32-bytes");

describe("JoseTokenSigner", () => {
  it("signs the claims with the current secret", async () => {
    const claims = { iss: "us", data: { userId: "ann" } };
    const signer = new JoseTokenSigner(new RotatingSigningSecrets([current, previous]));

    const token = await signer.sign(claims);

    expect(token).toBe(forgeJws({ header: { alg: "HS256", typ: "JWT" }, payload: claims, key: current.reveal() }));
  });

  it.each([
    ["HS384", "sha384"],
    ["HS512", "sha512"],
  ] as const)("signs with %s where the issuer says so, under its token type", async (alg, hash) => {
    const long = new Secret(LONG_SECRET);
    const algorithm = findAlgorithm(alg) ?? HS256;
    const signer = new JoseTokenSigner(new RotatingSigningSecrets([long]), algorithm, "at+jwt");

    expect(await signer.sign({ iss: "us" })).toBe(
      forgeJws({ header: { alg, typ: "at+jwt" }, payload: { iss: "us" }, key: LONG_SECRET, hash }),
    );
  });

  it.each([
    ["HS256", 32],
    ["HS384", 48],
    ["HS512", 64],
  ])(
    "fault:K10 signs and verifies %s with no secret of fewer than %i characters, the length of its hash",
    async (alg, min) => {
      const algorithm = findAlgorithm(alg) ?? HS256;
      const usable = new RotatingSigningSecrets([new Secret(LONG_SECRET.slice(0, min))]);
      const short = new RotatingSigningSecrets([new Secret(LONG_SECRET.slice(0, min - 1))]);

      await new JoseTokenSigner(usable, algorithm).prime();
      await new HmacVerificationKeys(usable, algorithm).prime();
      const tooShort = { cause: expect.objectContaining({ code: "KEY_TOO_SHORT" }) };
      await expect(new JoseTokenSigner(short, algorithm).prime()).rejects.toMatchObject(tooShort);
      await expect(new HmacVerificationKeys(short, algorithm).prime()).rejects.toMatchObject(tooShort);
    },
  );

  it("fault:K10 signs nothing with a weak secret", async () => {
    const signer = new JoseTokenSigner(new RotatingSigningSecrets([new Secret("weak")]));

    const unavailable = {
      name: "DependencyUnavailableError",
      cause: expect.objectContaining({ code: "KEY_TOO_SHORT" }),
    };
    await expect(signer.prime()).rejects.toMatchObject(unavailable);
    await expect(signer.sign({})).rejects.toMatchObject(unavailable);
  });

  it("imports no key for the first token if it was primed", async () => {
    const signer = new JoseTokenSigner(new RotatingSigningSecrets([current]));
    await signer.prime();
    const imports = vi.spyOn(crypto.subtle, "importKey");

    await signer.sign({});

    expect(imports).not.toHaveBeenCalled();
  });
});
