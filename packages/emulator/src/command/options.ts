import { Faults } from "../faults/faults.ts";
import type { RunTemplateOptions } from "../run-template.ts";
import { parseClock, parseFaultSeed, parseHost, parseKey, parseParameter, parsePort } from "./flag-values.ts";
import { readFlags, UsageError } from "./flags.ts";

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
    read: (text, { parameters }) => {
      const [name, value] = parseParameter(text, "--parameter");
      return { parameters: { ...parameters, [name]: value } };
    },
  },
  port: { value: "<number>", help: "the port (3001)", read: (text) => ({ port: parsePort(text, "--port") }) },
  host: {
    value: "<address>",
    help: "listens there too; with 0.0.0.0 phones, containers and all others on the network connect",
    read: (text) => ({ host: parseHost(text, "--host") }),
  },
  "host-name": {
    value: "<name>",
    help: "a further name of this machine, as host.docker.internal; may be given several times",
    read: (text, { hostNames = [] }) => ({ hostNames: [...hostNames, parseHost(text, "--host-name")] }),
  },
  key: {
    value: "<text>",
    help: "lets other machines do more than connect; random without it",
    read: (text) => ({ key: parseKey(text, "--key") }),
  },
  "dynamodb-endpoint": {
    value: "<url>",
    help: "where DynamoDB Local listens: functions that call DynamoDB need it",
    read: (text, { endpoints }) => ({ endpoints: { ...endpoints, dynamodb: parseUrl(text, "--dynamodb-endpoint") } }),
  },
  clock: {
    value: "<time>",
    help: "the time at the start, as 2026-12-24T18:00:00Z or +2h; with `stopped`, only /_local/clock moves it",
    read: (text) => ({ clock: parseClock(text, "--clock") }),
  },
  "fault-seed": {
    value: "<number>",
    help: "decides when faults with a rate strike; random without it",
    read: (text) => ({ faults: new Faults({ seed: parseFaultSeed(text, "--fault-seed") }) }),
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

const NAMES = Object.keys(FLAGS).filter((name) => FLAGS[name]?.value !== undefined);
const SWITCHES = Object.keys(FLAGS).filter((name) => !NAMES.includes(name));

/**
 * Reads the flags; undefined if the caller asks for help. The environment tells which of them npm took for itself.
 * Throws UsageError and FaultError.
 */
export function readOptions(args: readonly string[], environment: Environment): Options | undefined {
  const given = readFlags(args, { names: NAMES, switches: SWITCHES, example: "--template template.yaml" }, environment);
  if (given.help) return undefined;
  let options = DEFAULTS;
  for (const [name, flag] of Object.entries(FLAGS)) {
    const texts = flag.value !== undefined ? given.values(name) : given.isGiven(name) ? [""] : [];
    for (const text of texts) options = { ...options, ...flag.read(text, options) };
  }
  return options;
}

function parseUrl(text: string, flag: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`${flag} must be a URL, such as http://127.0.0.1:8000`);
  }
  return text;
}
