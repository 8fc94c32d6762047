import { Secret } from "../../domain/secret.ts";
import { checkSigningKey, signingKeyRules } from "../../domain/token/signing-key-policy.ts";

/** Every setting that is wrong or missing, in one error: a deployment is mended once, not once per name. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`Configuration: ${problems.join("; ")}`);
    this.problems = problems;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads settings and collects what is wrong with them. A problem names the setting and what it must be, never its value,
 * which may be a secret. What a failed read returns is never used: `finish` throws first.
 */
export class Settings {
  readonly #environment: Environment;
  /** Once each: two modules may read the same setting. */
  readonly #problems = new Set<string>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  text(name: string): string {
    const value = this.#environment[name];
    if (value === undefined || value.trim() === "") return this.#wrong(name, "must be set", "");
    return value;
  }

  /** What may sign tokens: a weak key fails the start, not every handshake after it. */
  signingSecret(name: string): Secret {
    const text = this.text(name);
    if (text === "") return new Secret(text);
    const check = checkSigningKey(text);
    return new Secret(check.kind === "usable" ? text : this.#wrong(name, signingKeyRules[check.reason], ""));
  }

  /** Undefined where it is not set, or set to nothing. */
  optionalText(name: string): string | undefined {
    return this.#environment[name] || undefined;
  }

  /** What only its own parser can judge; the expectation says of a refused text what it must be. */
  parsed<T>(name: string, parse: (text: string) => T | undefined, expectation: string): T {
    const text = this.#environment[name] ?? "";
    return parse(text) ?? this.#wrong(name, expectation, undefined as T);
  }

  oneOf<const T extends string>(name: string, allowed: readonly [T, ...T[]], fallback?: T): T {
    const value = this.#environment[name] ?? fallback;
    const found = allowed.find((candidate) => candidate === value);
    return (
      found ??
      this.#wrong(
        name,
        allowed.length === 1 ? `must be ${allowed[0]}` : `must be one of ${allowed.join(", ")}`,
        allowed[0],
      )
    );
  }

  wholeNumber(name: string, range: { readonly min: number; readonly max: number; readonly fallback: number }): number {
    const value = this.#environment[name] ?? String(range.fallback);
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= range.min && number <= range.max) return number;
    return this.#wrong(name, `must be a whole number from ${range.min} to ${range.max}`, range.fallback);
  }

  finish(): void {
    if (this.#problems.size > 0) throw new ConfigurationError([...this.#problems]);
  }

  #wrong<T>(name: string, expectation: string, placeholder: T): T {
    this.#problems.add(`${name} ${expectation}`);
    return placeholder;
  }
}
