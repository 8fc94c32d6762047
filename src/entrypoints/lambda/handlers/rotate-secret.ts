import { parseRotationEvent } from "../../../adapters/secrets-manager/events/rotation-event.ts";
import type { Logger } from "../../../application/ports/logger.ts";
import type { RotateSigningSecret } from "../../../application/secrets/rotate-signing-secret.ts";
import { lambdaHandler } from "../middleware/lambda-handler.ts";

type RotateSecretServices = { readonly rotate: RotateSigningSecret; readonly logger: Logger };

/** Invoked by Secrets Manager, once per step of a rotation. An error stops the rotation: the current secret stays. */
export function rotateSecretHandler({ rotate, logger }: RotateSecretServices) {
  return lambdaHandler({
    name: "RotateSecret",
    logger,
    handle: async (event, log) => {
      const outcome = await rotate(parseRotationEvent(event));
      log.add(outcome.kind === "done" ? { outcome: outcome.kind } : { outcome: outcome.kind, reason: outcome.reason });
      return outcome.kind === "done" ? undefined : new Error("RotationRefused");
    },
    onFault: () => new Error("RotationFailed"),
  });
}
