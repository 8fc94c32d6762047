import { readFileSync } from "node:fs";
import {
  DEFAULT_ACCOUNT,
  Faults,
  localCallerArn,
  type Quotas,
  type RunningTemplate,
  runTemplate,
} from "@portcullis/emulator";
import { makeTerminalObserver, UsageError } from "@portcullis/emulator/command";
import { readTemplate } from "@portcullis/emulator/template";
import identityProviders from "#identity-providers" with { type: "json" };
import { formatSecretValue } from "../../adapters/secrets-manager/secret-value.ts";
import { Secret } from "../../domain/secret.ts";
import type { Place } from "./banner.ts";
import { describeConnection } from "./describe-connection.ts";
import { frontPage } from "./front-page.ts";
import { loadHandler } from "./load-handler.ts";
import { DEFAULT_STAGE, type Options } from "./options.ts";
import { localOverrides } from "./overrides.ts";
import { STORE_FAULTS, strikeStores } from "./store-faults.ts";

const TEMPLATE = "infra/template.yaml";
/** Its name without FunctionNamePrefix, as `npm run token` calls it. */
const MINTING_FUNCTION = "CreateTestJwt";
/** The secret's logical id. */
const SIGNING_SECRET = "JwtSignatureSecret";
const ROOT = new URL("../../../", import.meta.url);
const ACCOUNT = { ...DEFAULT_ACCOUNT, apiId: "portcullis" };

export type RunningStack = RunningTemplate & Place;

/** `warn` takes warnings, and `print` what a flag asks for. */
type Outputs = { readonly warn: (line: string) => void; readonly print?: (line: string) => void };

/**
 * Runs the resources of the template, as they would be deployed with these options. Handlers load once in a process.
 */
export async function startLocalStack(
  options: Options,
  { quotas, warn, print = console.log }: Outputs & { readonly quotas?: Quotas },
): Promise<RunningStack> {
  const text = templateText();
  checkStage(text, options);
  // As in Lambda. All functions share this process, and a process has one time zone.
  process.env["TZ"] = "UTC";
  const { clock, faults = new Faults({ kinds: STORE_FAULTS }) } = options;
  strikeStores(faults);
  const names = new Set<string>();
  const mintsTestTokens = () => names.has(MINTING_FUNCTION);
  const running = await runTemplate({
    template: { file: TEMPLATE, text },
    parameters: options.parameters,
    preferredParameters: preferredParameters(options),
    loadFunction: (fn) => {
      names.add(fn.name);
      return loadHandler(fn);
    },
    overrides: (_fn, addresses) => localOverrides(options, addresses),
    ...(options.jwtSecret !== undefined && { secretStrings: secretStrings(options.jwtSecret) }),
    port: options.port,
    ...(options.host !== undefined && { host: options.host }),
    ...(options.hostNames && { hostNames: options.hostNames }),
    ...(options.key !== undefined && { key: options.key }),
    account: ACCOUNT,
    ...(clock && { clock }),
    faults,
    observer: makeTerminalObserver({ frames: options.frames, warn, print }),
    describeConnection,
    ...(quotas && { quotas }),
    describeProgram: (reached) => frontPage({ ...reached, mintsTestTokens: mintsTestTokens() }),
    warn,
  });
  const authority = running.endpoint.replace("http://", "");
  return { ...running, authority, mintsTestTokens: mintsTestTokens() };
}

/** The value that the template gives to the parameter JwtSecret, but rotated like a generated one. */
function secretStrings(jwtSecret: string) {
  return { [SIGNING_SECRET]: formatSecretValue(new Secret(jwtSecret)) };
}

function preferredParameters({ stage, parameters }: Pick<Options, "stage" | "parameters">) {
  return {
    ...(hasOwnIssuer(parameters) && { MintTestTokens: "true" }),
    CheckEndpoint: "true",
    // A token of `npm run token` grants everything, unless its flag says otherwise.
    DefaultGrants: "none",
    // The local caller may replay events.
    ReplayPrincipals: localCallerArn(),
    StageName: stage,
  };
}

/** Says if tokens of the stack's own secret are let in. A provider's tokens come from the provider. */
function hasOwnIssuer(parameters: Options["parameters"]): boolean {
  const { issuers }: { readonly issuers?: unknown } = identityProviders;
  if (!Array.isArray(issuers) || issuers.length === 0) return (parameters["JwksUrl"] ?? "") === "";
  return issuers.some((issuer) => Object(issuer).secret === true);
}

/** Throws UsageError if the template has a fixed stage and another one is asked for. Nothing has started yet. */
export function checkStage(text: string, options: Pick<Options, "stage" | "parameters" | "port">): void {
  const { stage, parameters, port } = options;
  if (stage === DEFAULT_STAGE || "StageName" in parameters) return;
  const { api } = readTemplate({
    ...{ file: TEMPLATE, text, parameters, preferredParameters: preferredParameters(options) },
    account: { ...ACCOUNT, origin: `http://127.0.0.1:${port}` },
  });
  const [{ name }] = api.stages;
  if (stage !== name) throw new UsageError(`the stage cannot be ${stage}: ${TEMPLATE} calls it ${name}`);
}

function templateText(): string {
  try {
    return readFileSync(new URL(TEMPLATE, ROOT), "utf8");
  } catch (error) {
    throw new UsageError(`${TEMPLATE} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
