import { type Clock, Faults } from "@portcullis/emulator";
import {
  type FlagNames,
  parseClock,
  parseFaultSeed,
  parseHost,
  parseKey,
  parseParameter,
  parsePort,
  readFlags,
  UsageError,
} from "@portcullis/emulator/command";
import { LOG_LEVELS, type LogLevel, parseLogLevel } from "../../adapters/pino/log-level.ts";
import { checkSigningKey, signingKeyRules } from "../../domain/token/signing-key-policy.ts";
import { STORE_FAULTS } from "./store-faults.ts";

export type Options = {
  readonly port: number;
  readonly stage: string;
  /** Replaces the secret that the template generates. */
  readonly jwtSecret?: string;
  /** Replaces the template's log level. */
  readonly logLevel?: LogLevel;
  /** The address to listen on; by default 127.0.0.1. */
  readonly host?: string;
  /** Further names under which clients reach this machine. */
  readonly hostNames?: readonly string[];
  /** The key for other machines. */
  readonly key?: string;
  /** The time at the start. */
  readonly clock?: Clock;
  /** Faults on demand. */
  readonly faults?: Faults;
  /** Prints each frame. */
  readonly frames?: boolean;
  /** Parameters of the template; they replace its defaults. */
  readonly parameters: Readonly<Record<string, string>>;
};

type Environment = Readonly<Record<string, string | undefined>>;

export const DEFAULT_STAGE = "dev";

const FLAGS: FlagNames = {
  names: [
    "port",
    "host",
    "host-name",
    "key",
    "stage",
    "jwt-secret",
    "log-level",
    "clock",
    "fault",
    "fault-seed",
    "parameter",
  ],
  switches: ["frames"],
  example: "--port 3001",
};

export const HELP = `Runs the WebSocket API on this machine: npm start -- [flags]

  --port <number>      the port                         (PORTCULLIS_PORT, 3001)
  --host <address>     listens there too; with 0.0.0.0  (PORTCULLIS_HOST, 127.0.0.1)
                       phones and containers connect,
                       and all others on the network
  --host-name <name>   a further name of this machine, as host.docker.internal; may be given several times
  --key <text>         lets other machines do more than (PORTCULLIS_KEY, random for each run)
                       connect; 16 to 128 letters, digits, - and _
  --stage <name>       the stage in the URL             (PORTCULLIS_STAGE, dev)
  --jwt-secret <text>  signs the tokens, 32 random      (PORTCULLIS_JWT_SECRET, generated each time)
                       characters or more; other users
                       of this machine can read flags
  --log-level <level>  DEBUG, INFO, WARN or ERROR       (PORTCULLIS_LOG_LEVEL, the template's)
  --clock <time>       the time at the start, as 2026-12-24T18:00:00Z or +2h; with ,stopped only
                       /_local/clock moves it
  --fault <kind,…>     a fault on demand, as connections-api,status=410,rate=0.1; may be given several times
                       (GET /_local/faults lists the kinds)
  --fault-seed <n>     decides when faults with a rate strike; random for each run
  --frames             prints each frame in and out, without tokens
  --parameter <K=V>    a parameter of infra/template.yaml; may be given several times
  --help               this text`;

/**
 * Reads the options; undefined if the caller asks for help. A flag overrides its environment variable. Throws
 * UsageError.
 */
export function readOptions(args: readonly string[], environment: Environment): Options | undefined {
  const flags = readFlags(args, FLAGS, environment);
  if (flags.help) return undefined;

  function setting<T>(flag: string, parse: (text: string, source: string) => T): T | undefined {
    const variable = `PORTCULLIS_${flag.toUpperCase().replace("-", "_")}`;
    const fromFlag = flags.value(flag);
    const text = fromFlag ?? environment[variable];
    return text === undefined ? undefined : parse(text, fromFlag === undefined ? variable : `--${flag}`);
  }

  const logLevel = setting("log-level", parseLevel);
  const stage = setting("stage", parseStage);
  const jwtSecret = setting("jwt-secret", parseJwtSecret);
  const host = setting("host", parseHost);
  const hostNames = flags.values("host-name").map((name) => parseHost(name, "--host-name"));
  const key = setting("key", parseKey);
  const clock = flags.value("clock");
  const faults = readFaults(flags.values("fault"), flags.value("fault-seed"));
  const parameters = Object.fromEntries(flags.values("parameter").map(parseOwnParameter));
  if (stage !== undefined && "StageName" in parameters) {
    throw new UsageError("the parameter StageName equals --stage or PORTCULLIS_STAGE: give one of them");
  }
  return {
    port: setting("port", parsePort) ?? 3001,
    stage: stage ?? DEFAULT_STAGE,
    parameters,
    ...(jwtSecret !== undefined && { jwtSecret }),
    ...(logLevel !== undefined && { logLevel }),
    ...(host !== undefined && { host }),
    ...(hostNames.length > 0 && { hostNames }),
    ...(key !== undefined && { key }),
    ...(clock !== undefined && { clock: parseClock(clock, "--clock") }),
    ...(faults && { faults }),
    ...(flags.isGiven("frames") && { frames: true }),
  };
}

/** Undefined without a flag about faults. Throws FaultError and UsageError. */
function readFaults(texts: readonly string[], seed: string | undefined): Faults | undefined {
  if (texts.length === 0 && seed === undefined) return undefined;
  const faults = new Faults({
    kinds: STORE_FAULTS,
    ...(seed !== undefined && { seed: parseFaultSeed(seed, "--fault-seed") }),
  });
  for (const text of texts) faults.add(text);
  return faults;
}

/** Applies API Gateway's rule for stage names. */
function parseStage(text: string, source: string): string {
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(text)) {
    throw new UsageError(`${source} must be 1 to 128 letters, digits, hyphens and underscores`);
  }
  return text;
}

function parseJwtSecret(text: string, source: string): string {
  const check = checkSigningKey(text);
  if (check.kind === "refused") throw new UsageError(`${source} ${signingKeyRules[check.reason]}`);
  return text;
}

function parseLevel(text: string, source: string): LogLevel {
  const level = parseLogLevel(text);
  if (level === undefined) throw new UsageError(`${source} must be one of ${LOG_LEVELS.join(", ")}`);
  return level;
}

function parseOwnParameter(text: string): readonly [name: string, value: string] {
  const parameter = parseParameter(text, "--parameter");
  // `npm start` gives the functions its own secret, so the parameter would have no effect.
  if (parameter[0] === "JwtSecret") throw new UsageError("give the secret with --jwt-secret or PORTCULLIS_JWT_SECRET");
  return parameter;
}
