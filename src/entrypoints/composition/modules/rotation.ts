import { makeSecretsManagerClient } from "../../../adapters/secrets-manager/secrets-manager-client.ts";
import { SecretsManagerRotation } from "../../../adapters/secrets-manager/secrets-manager-rotation.ts";
import { RandomSecrets } from "../../../adapters/system/system.ts";
import { makeRotateSigningSecret } from "../../../application/secrets/rotate-signing-secret.ts";
import { defineModule } from "../module.ts";
import { services } from "../services.ts";

/** Rotates the signing secret. */
export const rotation = defineModule({
  settings: (settings) => ({ secretId: settings.text("JWT_SECRET_ID") }),
  services: (provide, { secretId }) => {
    provide(services.rotatingSecret, {}, () => new SecretsManagerRotation(makeSecretsManagerClient(), secretId));
    provide(services.secretGenerator, {}, () => new RandomSecrets());
    provide(
      services.rotateSigningSecret,
      { secret: services.rotatingSecret, generator: services.secretGenerator },
      makeRotateSigningSecret,
    );
  },
});
