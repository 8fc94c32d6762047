import { Secret } from "../../domain/secret.ts";
import { checkSigningKey, signingKeyRules } from "../../domain/token/signing-key-policy.ts";

/** Names every wrong or missing setting in one error, so that a deployment is corrected once. */
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
 * Reads settings and collects their problems. A problem names the setting and its rule, never its value, which may be a
 * secret. The result of a failed read is never used, because `finish` throws first.
 */
export class Settings {
  readonly #environment: Environment;
  /** A set, because two modules may read the same setting. */
  readonly #problems = new Set<string>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  text(name: string): string {
    const value = this.#environment[name];
    if (value === undefined || value.trim() === "") return this.#wrong(name, "must be set", "");
    return value;
  }

  /** A secret that may sign tokens. A weak key fails the start instead of every later handshake. */
  signingSecret(name: string): Secret {
    const text = this.text(name);
    if (text === "") return new Secret(text);
    const check = checkSigningKey(text);
    return new Secret(check.kind === "usable" ? text : this.#wrong(name, signingKeyRules[check.reason], ""));
  }

  /** Undefined if the setting is absent or empty. */
  optionalText(name: string): string | undefined {
    return this.#environment[name] || undefined;
  }

  /** A setting with its own parser. `expectation` says which texts it accepts. */
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

  /** Notes that a setting is wrong in itself or beside others, or any other problem of the configuration. */
  refuse(nameOrProblem: string, expectation?: string): void {
    this.#problems.add(expectation === undefined ? nameOrProblem : `${nameOrProblem} ${expectation}`);
  }

  finish(): void {
    if (this.#problems.size > 0) throw new ConfigurationError([...this.#problems]);
  }

  #wrong<T>(name: string, expectation: string, placeholder: T): T {
    this.#problems.add(`${name} ${expectation}`);
    return placeholder;
  }
}
