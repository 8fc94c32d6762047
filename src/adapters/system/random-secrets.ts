import { randomBytes } from "node:crypto";
import type { SecretGenerator } from "../../application/ports/secret-generator.ts";
import { Secret } from "../../domain/secret.ts";

/** 384 bits from the operating system: as base64url 64 characters, the block of HMAC-SHA-256, so none is hashed away. */
const BYTES = 48;

export class RandomSecrets implements SecretGenerator {
  next(): Secret {
    return new Secret(randomBytes(BYTES).toString("base64url"));
  }
}
