import type { RotatingSecret } from "../../src/application/ports/signing-secrets.ts";
import { Secret } from "../../src/domain/secret.ts";

/** Labels and values by version, as Secrets Manager keeps them. */
export class InMemoryRotatingSecret implements RotatingSecret {
  current: string;
  previous: string | undefined;
  pending: string | undefined;
  readonly values = new Map<string, Secret>();

  constructor(current: string, text: string) {
    this.current = current;
    this.values.set(current, new Secret(text));
  }

  async stageOf(version: string): Promise<"current" | "pending" | "other"> {
    if (version === this.current) return "current";
    return version === this.pending ? "pending" : "other";
  }

  async read(version: string): Promise<Secret | undefined> {
    return this.values.get(version);
  }

  async fill(version: string, secret: Secret): Promise<void> {
    if (!this.values.has(version)) this.values.set(version, secret);
  }

  async promote(version: string): Promise<void> {
    if (version === this.current) return;
    this.previous = this.current;
    this.current = version;
  }
}
