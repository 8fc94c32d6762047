import { checkBuses } from "./check-buses.ts";
import { checkDeployments } from "./check-deployments.ts";
import { checkPermissions } from "./check-permissions.ts";
import { checkTemplate } from "./check-template.ts";
import { parseTemplate } from "./parse-template.ts";
import type { LocalAccount } from "./physical-names.ts";
import { readApi } from "./read-api.ts";
import { readAsynchronousSettings } from "./read-asynchronous-settings.ts";
import { readCallers } from "./read-callers.ts";
import { warnOfDisabledEndpoint } from "./read-domains.ts";
import { readEventSourceMappings } from "./read-event-sources.ts";
import { readFunctionUrls } from "./read-function-urls.ts";
import { readFunctions } from "./read-functions.ts";
import { readQueues } from "./read-queues.ts";
import { readRuleEvents } from "./read-rule-events.ts";
import { readRules } from "./read-rules.ts";
import { readSchedules } from "./read-schedules.ts";
import { readMayRotate, readSecrets } from "./read-secrets.ts";
import { readTables } from "./read-tables.ts";
import { Stack } from "./stack.ts";
import type { StackDescription } from "./stack-description.ts";

export type TemplateSource = {
  /** The file name in messages. */
  readonly file: string;
  readonly text: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Values for parameters that the template may lack. */
  readonly preferredParameters?: Readonly<Record<string, string>>;
  readonly account: LocalAccount;
};

/** Reads the parts of a template that run locally. Throws TemplateError, or ParameterError for the given parameters. */
export function readTemplate(source: TemplateSource): StackDescription {
  const { file, text, parameters, account, preferredParameters } = source;
  const stack = new Stack(parseTemplate(file, text), parameters, account, preferredParameters);
  // This check comes first: the name of a misspelt property helps more than that of the missing one.
  const warnings = checkTemplate(stack);
  checkBuses(stack);
  const api = readApi(stack);
  return {
    warnings: [
      ...warnings,
      ...warnOfDisabledEndpoint(stack, api),
      ...checkDeployments(stack),
      ...checkPermissions(api, stack),
    ],
    api,
    functions: readFunctions(stack),
    functionUrls: readFunctionUrls(stack),
    rules: [...readRules(stack), ...readRuleEvents(stack)],
    schedules: readSchedules(stack),
    queues: readQueues(stack),
    mayCallerSend: readCallers(stack),
    secrets: readSecrets(stack),
    mayRotate: readMayRotate(stack),
    asynchronousSettings: readAsynchronousSettings(stack).asynchronousSettings,
    eventSourceMappings: readEventSourceMappings(stack),
    tables: () => readTables(stack),
  };
}
