import { describe, expect, it, vi } from "vitest";
import { JoseTokenSigner } from "../../../src/adapters/jose/jose-token-signer.ts";
import { Secret } from "../../../src/domain/secret.ts";
import { RotatingSigningSecrets } from "../../fakes/rotating-signing-secrets.ts";
import { forgeJws } from "../../support/forged-jws.ts";

const current = new Secret("current-secret-of-more-than-32-bytes");
const previous = new Secret("previous-secret-of-more-than-32-bytes");

describe("JoseTokenSigner", () => {
  it("signs the claims with the current secret", async () => {
    const claims = { iss: "us", data: { userId: "ann" } };
    const signer = new JoseTokenSigner(new RotatingSigningSecrets([current, previous]));

    const token = await signer.sign(claims);

    expect(token).toBe(forgeJws({ header: { alg: "HS256", typ: "JWT" }, payload: claims, key: current.reveal() }));
  });

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
