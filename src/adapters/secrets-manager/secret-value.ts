import { MalformedInputError } from "../../domain/errors.ts";
import { isPlainObject, ownProperty } from "../../domain/plain-object.ts";
import { Secret } from "../../domain/secret.ts";

/**
 * A secret's value is JSON, `{"signature": "…"}`. The key is the UTF-8 of that text as it stands: neither trimmed nor
 * decoded from base64 or hex, so other signers have to use the same characters.
 */
export function parseSecretValue(value: string | undefined): Secret {
  const parsed = parseJson(value);
  const signature = isPlainObject(parsed) ? ownProperty(parsed, "signature") : undefined;
  if (typeof signature !== "string" || signature === "") throw new MalformedInputError("MALFORMED_SECRET");
  return new Secret(signature);
}

export function formatSecretValue(secret: Secret): string {
  return JSON.stringify({ signature: secret.reveal() });
}

/** Undefined instead of JSON.parse's own error, whose message quotes the secret. */
function parseJson(value: string | undefined): unknown {
  try {
    return value === undefined ? undefined : JSON.parse(value);
  } catch {
    return undefined;
  }
}
