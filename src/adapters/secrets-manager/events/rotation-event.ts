import { ROTATION_STEPS, type Rotation } from "../../../application/secrets/rotate-signing-secret.ts";
import { MalformedInputError } from "../../../domain/errors.ts";
import { isPlainObject, ownProperty } from "../../../domain/plain-object.ts";

/** A version id: a UUID, or any id that the API lets a caller of RotateSecret choose. */
const VERSION_ID = /^[A-Za-z0-9_.:/+=@-]{32,64}$/;

/**
 * Parses the event that Secrets Manager sends a rotation function: {SecretId, ClientRequestToken, Step}. SecretId is
 * ignored: the function has one configured secret, in which a version of another secret does not exist.
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
