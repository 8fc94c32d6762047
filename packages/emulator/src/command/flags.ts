import { parseArgs } from "node:util";

/** A wrong command line. The message is one line for the terminal and never repeats a value. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export type Flags = {
  readonly help: boolean;
  /** True if a flag without a value is given. */
  isGiven(name: string): boolean;
  /** The value of a flag. The last one counts if it is given several times. */
  value(name: string): string | undefined;
  values(name: string): readonly string[];
};

export type FlagNames = {
  /** Flags with a value each. */
  readonly names: readonly string[];
  /** Flags without a value, beside `--help`. */
  readonly switches?: readonly string[];
  /** A flag as one writes it, for messages. */
  readonly example: string;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the flags of a command. The environment tells which of them npm took for itself. Throws UsageError. */
export function readFlags(
  args: readonly string[],
  { names, switches = [], example }: FlagNames,
  environment: Environment,
): Flags {
  const kept = [...names, ...switches].find((name) => isKeptByNpm(name, environment));
  if (kept !== undefined) {
    const script = environment["npm_lifecycle_event"];
    const command = script === "start" ? "npm start" : `npm run --silent ${script}`;
    throw new UsageError(
      `npm took --${kept} for itself: write -- before the flags, as in ${command} -- --${kept}${names.includes(kept) ? " …" : ""}`,
    );
  }
  const options = {
    ...Object.fromEntries(names.map((name) => [name, { type: "string" as const, multiple: true as const }])),
    ...Object.fromEntries([...switches, "help"].map((name) => [name, { type: "boolean" as const }])),
  };
  try {
    const { values } = parseArgs({ args: [...args], options });
    const valuesOf = (name: string) => (values as Readonly<Record<string, string[] | undefined>>)[name] ?? [];
    const isGiven = (name: string) => name in values;
    return { help: isGiven("help"), isGiven, value: (name) => valuesOf(name).at(-1), values: valuesOf };
  } catch (error) {
    throw new UsageError(`${explain(error as Error & { code?: string }, example)} (--help lists the flags)`);
  }
}

/** A setting of npm itself, for registries: it may stand in a file of the developer. */
const NPMS_OWN = new Set(["key"]);

/**
 * True if npm took the flag: it takes flags before `--`, and puts those that it does not know into the script's
 * environment.
 */
function isKeptByNpm(flag: string, environment: Environment): boolean {
  if (environment["npm_lifecycle_event"] === undefined || NPMS_OWN.has(flag)) return false;
  return environment[`npm_config_${flag.replaceAll("-", "_")}`] !== undefined;
}

/**
 * Explains an error of Node's parser in one line. Node's own messages have several lines and repeat a stray argument,
 * which may be a secret.
 */
function explain({ code, message }: Error & { code?: string }, example: string): string {
  if (code === "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL") return `only flags are understood, as ${example}`;
  return message.split(/[.\n]/, 1)[0] ?? "";
}
