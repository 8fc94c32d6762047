import { JoseTokenSigner } from "../../../adapters/jose/jose-token-signer.ts";
import { RandomIds } from "../../../adapters/system/system.ts";
import { makeMintTestToken } from "../../../application/access/mint-test-token.ts";
import { defineModule } from "../module.ts";
import { serviceId, services } from "../services.ts";
import { readMintingPolicy } from "../token-settings.ts";

const joseSigner = serviceId<JoseTokenSigner>("JoseTokenSigner");

/** Mints test tokens of any user. */
export const testTokens = defineModule({
  settings: readMintingPolicy,
  services: (provide, policy) => {
    provide(services.mintingPolicy, {}, () => policy);
    provide(services.uniqueIds, {}, () => new RandomIds());
    provide(joseSigner, { secrets: services.signingSecrets }, ({ secrets }) => new JoseTokenSigner(secrets));
    provide(services.tokenSigner, { signer: joseSigner }, ({ signer }) => signer);
    provide(
      services.mintTestToken,
      { signer: services.tokenSigner, policy: services.mintingPolicy, clock: services.clock, ids: services.uniqueIds },
      makeMintTestToken,
    );
  },
  prime: (get) => get(joseSigner).prime(),
});
