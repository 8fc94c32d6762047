import { randomBytes } from "node:crypto";
import { signingKeyFault } from "../../domain/token/signing-key-policy.ts";
import { parsePort, readFlags, UsageError } from "./command-line.ts";

export type Options = {
  readonly port: number;
  readonly stage: string;
  readonly jwtSecret: string;
  /** Of the template, in place of its defaults. */
  readonly parameters: Readonly<Record<string, string>>;
};

type Environment = Readonly<Record<string, string | undefined>>;

export const HELP = `Runs the WebSocket API on this machine: npm start -- [flags]

  --port <number>      where to listen, on 127.0.0.1    (PORTCULLIS_PORT, 3001)
  --stage <name>       the stage in the URL             (PORTCULLIS_STAGE, dev)
  --jwt-secret <text>  signs the tokens, 32 bytes or    (PORTCULLIS_JWT_SECRET, random for each run)
                       more; other users of this
                       machine can read flags
  --parameter <K=V>    a parameter of infra/template.yaml; may be given several times
  --help               this text`;

/** Undefined when help is asked for. A flag wins over its environment variable. Throws UsageError. */
export function readOptions(args: readonly string[], environment: Environment): Options | undefined {
  const flags = readFlags(args, ["port", "stage", "jwt-secret", "parameter"]);
  if (flags.help) return undefined;

  function setting<T>(flag: string, fallback: () => string, parse: (text: string, source: string) => T): T {
    const variable = `PORTCULLIS_${flag.toUpperCase().replace("-", "_")}`;
    const fromFlag = flags.value(flag);
    return parse(fromFlag ?? environment[variable] ?? fallback(), fromFlag === undefined ? variable : `--${flag}`);
  }

  return {
    port: setting("port", () => "3001", parsePort),
    stage: setting("stage", () => "dev", parseStage),
    parameters: Object.fromEntries(flags.values("parameter").map(parseParameter)),
    jwtSecret: setting("jwt-secret", () => randomBytes(32).toString("base64url"), parseJwtSecret),
  };
}

/** API Gateway's rule for stage names. */
function parseStage(text: string, source: string): string {
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(text)) {
    throw new UsageError(`${source} must be 1 to 128 letters, digits, hyphens and underscores`);
  }
  return text;
}

function parseJwtSecret(text: string, source: string): string {
  if (signingKeyFault(text) !== undefined) throw new UsageError(`${source} must be at least 32 bytes, and not a PEM`);
  return text;
}

function parseParameter(text: string): readonly [name: string, value: string] {
  const [, name, value] = /^([A-Za-z0-9]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new UsageError("--parameter must be Name=Value");
  return [name, value];
}
