import type { Secret } from "../../domain/secret.ts";

/** New secrets: at least 256 random bits each, in a text that may be a signing key. */
export interface SecretGenerator {
  next(): Secret;
}
