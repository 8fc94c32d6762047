import { parseArgs } from "node:util";
import { Clock, type ClockOptions } from "../clock/clock.ts";
import { CLOCK_FORMS, parseClockOptions } from "../clock/clock-options.ts";
import { Faults } from "../faults/faults.ts";
import { isListeningKey } from "../http/other-machines.ts";
import type { RunTemplateOptions } from "../run-template.ts";

/** A wrong command line. The message is one line for the terminal and never repeats a value. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

type Options = RunTemplateOptions & {
  readonly template: string;
  readonly port: number;
  /** Prints each frame. */
  readonly frames?: boolean;
};

type Environment = Readonly<Record<string, string | undefined>>;

type Flag = {
  /** The value in the help text. A flag without one takes no value. */
  readonly value?: string;
  readonly help: string;
  /** The options that the flag sets. Throws UsageError. `all` has the options of the flags before it. */
  readonly read: (text: string, all: Options) => Partial<Options>;
};

const DEFAULTS: Options = { template: "template.yaml", port: 3001 };

/** In the order of the help text. To add a flag, add its row. */
const FLAGS: Readonly<Record<string, Flag>> = {
  template: { value: "<path>", help: "the SAM template (template.yaml)", read: (template) => ({ template }) },
  parameter: {
    value: "<K=V>",
    help: "a parameter of the template; may be given several times",
    read: (text, { parameters }) => ({ parameters: { ...parameters, ...parseParameter(text) } }),
  },
  port: { value: "<number>", help: "the port (3001)", read: (text) => ({ port: parsePort(text) }) },
  host: {
    value: "<address>",
    help: "listens there too; with 0.0.0.0 phones, containers and all others on the network connect",
    read: (host) => ({ host }),
  },
  "host-name": {
    value: "<name>",
    help: "a further name of this machine, as host.docker.internal; may be given several times",
    read: (name, { hostNames = [] }) => ({ hostNames: [...hostNames, name] }),
  },
  key: {
    value: "<text>",
    help: "lets other machines do more than connect; random without it",
    read: (text) => ({ key: parseKey(text) }),
  },
  "dynamodb-endpoint": {
    value: "<url>",
    help: "where DynamoDB Local listens: functions that call DynamoDB need it",
    read: (text, { endpoints }) => ({ endpoints: { ...endpoints, dynamodb: parseUrl(text, "--dynamodb-endpoint") } }),
  },
  clock: {
    value: "<time>",
    help: "the time at the start, as 2026-12-24T18:00:00Z or +2h; with `stopped`, only /_local/clock moves it",
    read: (text) => ({ clock: new Clock(parseClock(text)) }),
  },
  "fault-seed": {
    value: "<number>",
    help: "decides when faults with a rate strike; random without it",
    read: (text) => ({ faults: new Faults({ seed: parseSeed(text) }) }),
  },
  fault: {
    value: "<kind,…>",
    help: "a fault on demand, as connections-api,status=410,rate=0.1; may be given several times",
    read: (text, { faults = new Faults() }) => {
      faults.add(text);
      return { faults };
    },
  },
  frames: { help: "prints each frame in and out, without tokens", read: () => ({ frames: true }) },
  watch: { help: "runs edited code at the next message; connections stay open", read: () => ({ watch: true }) },
};

export const HELP = `Runs the WebSocket API of a SAM template on this machine, each function in threads of its own:
portcullis-emulator [flags]

${[...Object.entries(FLAGS), ["help", { help: "this text", value: undefined }] as const]
  .map(([name, { value = "", help }]) => `  ${`--${name} ${value}`.padEnd(27)}${help}`)
  .join("\n")}`;

/** Reads the flags; undefined if the caller asks for help. The environment tells which of them npm took. */
export function readOptions(args: readonly string[], environment: Environment): Options | undefined {
  checkNotKeptByNpm(environment);
  const given = parse(args);
  if ("help" in given) return undefined;
  let options = DEFAULTS;
  for (const [name, flag] of Object.entries(FLAGS)) {
    for (const text of given[name] ?? []) options = { ...options, ...flag.read(String(text), options) };
  }
  return options;
}

function parse(args: readonly string[]): Readonly<Record<string, readonly (string | boolean)[] | undefined>> {
  const options = Object.entries(FLAGS).map(([name, { value }]) => {
    const type = value === undefined ? ("boolean" as const) : ("string" as const);
    return [name, { type, multiple: true as const }] as const;
  });
  const help = { type: "boolean" as const, multiple: true as const };
  try {
    return { ...parseArgs({ args: [...args], options: { ...Object.fromEntries(options), help } }).values };
  } catch (error) {
    throw new UsageError(`${explain(error as Error & { code?: string })} (--help lists the flags)`);
  }
}

/**
 * Explains an error of Node's parser in one line. Node's own messages have several lines and repeat a stray argument,
 * which may be a secret.
 */
function explain({ code, message }: Error & { code?: string }): string {
  if (code === "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL") return "only flags are understood, as --template template.yaml";
  return message.split(/[.\n]/, 1)[0] ?? "";
}

/** A setting of npm itself, for registries: it may stand in a file of the developer. */
const NPMS_OWN = new Set(["key"]);

/** npm takes flags before `--`, and puts those that it does not know into the script's environment. */
function checkNotKeptByNpm(environment: Environment): void {
  const script = environment["npm_lifecycle_event"];
  if (script === undefined) return;
  const kept = Object.keys(FLAGS).find(
    (flag) => !NPMS_OWN.has(flag) && environment[`npm_config_${flag.replaceAll("-", "_")}`] !== undefined,
  );
  if (kept === undefined) return;
  throw new UsageError(
    `npm took --${kept} for itself: write -- before the flags, as in npm run ${script} -- --${kept} …`,
  );
}

function parseParameter(text: string): Readonly<Record<string, string>> {
  const [, name, value] = /^([A-Za-z0-9]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new UsageError("--parameter must be Name=Value");
  return { [name]: value };
}

function parseKey(text: string): string {
  if (isListeningKey(text)) return text;
  throw new UsageError("--key must be 16 to 128 letters, digits, hyphens and underscores");
}

function parseClock(text: string): ClockOptions {
  const options = parseClockOptions(text, Date.now());
  if (options === undefined) throw new UsageError(`--clock must be ${CLOCK_FORMS}`);
  return options;
}

function parseSeed(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new UsageError("--fault-seed must be a whole number of at most 10 digits");
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new UsageError("--port must be a whole number from 1 to 65535");
  return port;
}

function parseUrl(text: string, flag: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`${flag} must be a URL, such as http://127.0.0.1:8000`);
  }
  return text;
}
