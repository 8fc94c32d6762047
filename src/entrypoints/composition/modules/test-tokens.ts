import identityProviders from "#identity-providers" with { type: "json" };
import { JoseTokenSigner } from "../../../adapters/jose/jose-token-signer.ts";
import { RandomIds } from "../../../adapters/system/system.ts";
import { makeMintTestToken } from "../../../application/access/mint-test-token.ts";
import { readMinting } from "../minting-settings.ts";
import { defineModule, type Module } from "../module.ts";
import { serviceId, services } from "../services.ts";

const joseSigner = serviceId<JoseTokenSigner>("JoseTokenSigner");

/** Mints test tokens of any user, as the issuer that signs with the stack's own secret. */
export function testTokensWith(document: unknown): Module {
  return defineModule({
    settings: (settings) => readMinting(settings, document),
    services: (provide, { algorithm, tokenType, ...policy }) => {
      provide(services.mintingPolicy, {}, () => policy);
      provide(services.uniqueIds, {}, () => new RandomIds());
      provide(
        joseSigner,
        { secrets: services.signingSecrets },
        ({ secrets }) => new JoseTokenSigner(secrets, algorithm, tokenType),
      );
      provide(services.tokenSigner, { signer: joseSigner }, ({ signer }) => signer);
      provide(
        services.mintTestToken,
        {
          signer: services.tokenSigner,
          policy: services.mintingPolicy,
          clock: services.clock,
          ids: services.uniqueIds,
        },
        makeMintTestToken,
      );
    },
    prime: (get) => get(joseSigner).prime(),
  });
}

export const testTokens = testTokensWith(identityProviders);
