import { readdirSync } from "node:fs";
import { ACCOUNT_ID, LOCAL_CALLER_ARN, REGION } from "../../../packages/emulator/src/aws-account.ts";
import { API_ID } from "../../../packages/emulator/src/gateway/api-description.ts";
import type { LambdaFunction, LambdaHandler } from "../../../packages/emulator/src/lambda/lambda-function.ts";
import { readTemplate } from "../../../packages/emulator/src/template/read-template.ts";
import type {
  FunctionDescription,
  StackDescription,
} from "../../../packages/emulator/src/template/stack-description.ts";
import { templateText } from "../../../packages/emulator/src/template/template-text.ts";
import { UsageError } from "./command-line.ts";
import { DEFAULT_STAGE, type Options } from "./options.ts";

const TEMPLATE = "infra/template.yaml";
const ROOT = new URL("../../../", import.meta.url);
const HANDLERS = new URL("../lambda/", import.meta.url);

/** What is deployed, as it would be with these options: routes, queues and rules are declared there and only there. */
export function readLocalStack({ port, stage, parameters }: Options): StackDescription {
  const stack = readTemplate({
    file: TEMPLATE,
    text: templateText(TEMPLATE, ROOT),
    parameters,
    // The developer who started the runtime may replay.
    preferredParameters: { MintTestTokens: "true", ReplayPrincipals: LOCAL_CALLER_ARN, StageName: stage },
    entrypoints: new Set(readdirSync(HANDLERS).map((file) => file.replace(/\.ts$/, ""))),
    account: { accountId: ACCOUNT_ID, region: REGION, apiId: API_ID, origin: `http://127.0.0.1:${port}` },
  });
  const [{ name }] = stack.api.stages;
  if (stage !== name && stage !== DEFAULT_STAGE && !("StageName" in parameters)) {
    throw new UsageError(`the stage cannot be ${stage}: ${TEMPLATE} calls it ${name}`);
  }
  return stack;
}

/** The handlers as they are. Each reads its settings while it loads, so the environment must be complete before. */
export function loadFunctions(functions: readonly FunctionDescription[]): Promise<LambdaFunction[]> {
  return Promise.all(
    functions.map(async ({ entrypoint, name, timeoutSeconds, memoryMegabytes }) => {
      const { handler }: { handler: LambdaHandler } = await import(new URL(`${entrypoint}.ts`, HANDLERS).href);
      return { name, handler, timeoutSeconds, memoryMegabytes };
    }),
  );
}
