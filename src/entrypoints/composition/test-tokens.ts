import { JoseTokenSigner } from "../../adapters/jose/jose-token-signer.ts";
import { RandomIds } from "../../adapters/system/system.ts";
import { makeMintTestToken } from "../../application/access/mint-test-token.ts";
import type { Part } from "./container.ts";
import { names } from "./names.ts";

/** Mints test tokens of any user. */
export const testTokens: Part = () => (provide) => {
  provide(names.uniqueIds, {}, () => new RandomIds());
  provide(names.tokenSigner, { secrets: names.signingSecrets }, ({ secrets }) => new JoseTokenSigner(secrets));
  provide(
    names.mintTestToken,
    { signer: names.tokenSigner, policy: names.tokenPolicy, clock: names.clock, ids: names.uniqueIds },
    makeMintTestToken,
  );
};
