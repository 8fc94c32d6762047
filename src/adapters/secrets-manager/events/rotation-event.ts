import { ROTATION_STEPS, type Rotation } from "../../../application/secrets/rotate-signing-secret.ts";
import { MalformedInputError } from "../../../domain/errors.ts";
import { isPlainObject, ownProperty } from "../../../domain/plain-object.ts";

/** A version id: a UUID, or what else a caller of RotateSecret chose within the API's bounds. */
const VERSION_ID = /^[A-Za-z0-9_.:/+=@-]{32,64}$/;

/**
 * What Secrets Manager sends a rotation function: {SecretId, ClientRequestToken, Step}. SecretId is not looked at: the
 * function has one secret, by configuration, and a version of another is none of its own.
 */
export function parseRotationEvent(event: unknown): Rotation {
  if (!isPlainObject(event)) throw new MalformedInputError("MALFORMED_EVENT");
  const version = ownProperty(event, "ClientRequestToken");
  const step = ROTATION_STEPS.find((candidate) => candidate === ownProperty(event, "Step"));
  if (step === undefined || typeof version !== "string" || !VERSION_ID.test(version)) {
    throw new MalformedInputError("MALFORMED_EVENT");
  }
  return { step, version };
}
