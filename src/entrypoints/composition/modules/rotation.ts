import { secretsManagerClient } from "../../../adapters/secrets-manager/secrets-manager-client.ts";
import { SecretsManagerRotation } from "../../../adapters/secrets-manager/secrets-manager-rotation.ts";
import { RandomSecrets } from "../../../adapters/system/system.ts";
import { makeRotateSigningSecret } from "../../../application/secrets/rotate-signing-secret.ts";
import type { Module } from "../container.ts";
import { services } from "../services.ts";

/** New versions of the signing secret: on AWS only, since nothing rotates on a laptop. */
export const rotation: Module = (settings) => {
  const secretId = settings.text("JWT_SECRET_ID");
  return (provide) => {
    provide(services.rotateSigningSecret, {}, () =>
      makeRotateSigningSecret({
        secret: new SecretsManagerRotation(secretsManagerClient({}), secretId),
        generator: new RandomSecrets(),
      }),
    );
  };
};
