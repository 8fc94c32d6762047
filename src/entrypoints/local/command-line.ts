import { parseArgs } from "node:util";

/** A command line that cannot be followed. The message is one line for the terminal and never repeats a value. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Flags with a value each, and `--help`. Of a repeated flag the last counts. */
export function readFlags(
  args: readonly string[],
  names: readonly string[],
): Readonly<Record<string, string | undefined>> & { help?: string } {
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  try {
    const { values } = parseArgs({ args: [...args], options: { ...options, help: { type: "boolean" } } });
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
  } catch (error) {
    throw new UsageError(`${explain(error as Error & { code?: string })} (--help lists the flags)`);
  }
}

export function parsePort(text: string, source: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new UsageError(`${source} must be a whole number from 1 to 65535`);
  return port;
}

/** Node's own messages run over several lines, and name a stray argument, which may be a secret. */
function explain({ code, message }: Error & { code?: string }): string {
  if (code === "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL") return "only flags are understood, as --port 3001";
  return message.split(/[.\n]/, 1)[0] ?? "";
}
