import { MalformedInputError } from "../../domain/errors.ts";
import { ownProperty, parseJsonObject } from "../../domain/plain-object.ts";
import { Secret } from "../../domain/secret.ts";

/**
 * Parses a secret's value, which is JSON: `{"signature": "…"}`. The key is the UTF-8 of exactly that text, neither
 * trimmed nor decoded from base64 or hex. Other signers have to use the same characters.
 */
export function parseSecretValue(value: string | undefined): Secret {
  const signature = ownProperty(parseJsonObject(value ?? "") ?? {}, "signature");
  if (typeof signature !== "string" || signature === "") throw new MalformedInputError("MALFORMED_SECRET");
  return new Secret(signature);
}

export function formatSecretValue(secret: Secret): string {
  return JSON.stringify({ signature: secret.reveal() });
}
