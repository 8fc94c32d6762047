import { randomUUID } from "node:crypto";
import type { UniqueIds } from "../../application/ports/unique-ids.ts";

/** Version 4 UUIDs (RFC 9562 section 5.4): 122 random bits from the operating system. */
export class RandomIds implements UniqueIds {
  next(): string {
    return randomUUID();
  }
}
