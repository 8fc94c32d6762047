import { randomBytes, randomUUID } from "node:crypto";
import type { Backoff, Clock, SecretGenerator, Timer, UniqueIds } from "../../application/ports/system.ts";
import { Secret } from "../../domain/secret.ts";
import type { EpochMillis } from "../../domain/time.ts";

export class SystemClock implements Clock {
  now(): EpochMillis {
    return Date.now() as EpochMillis;
  }
}

export class SystemTimer implements Timer {
  after(millis: number, task: () => void): () => void {
    const waiting = setTimeout(task, millis);
    return () => clearTimeout(waiting);
  }
}

export class JitteredBackoff implements Backoff {
  pause(ceilingMillis: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, Math.random() * ceilingMillis));
  }
}

/** Version 4 UUIDs (RFC 9562 section 5.4): 122 random bits from the operating system. */
export class RandomIds implements UniqueIds {
  next(): string {
    return randomUUID();
  }
}

/**
 * 384 bits from the operating system. In base64url they have 64 characters, the block size of HMAC-SHA-256, so no bit
 * is lost to hashing.
 */
const BYTES = 48;

export class RandomSecrets implements SecretGenerator {
  next(): Secret {
    return new Secret(randomBytes(BYTES).toString("base64url"));
  }
}
