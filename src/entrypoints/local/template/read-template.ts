import { isKnownType } from "./known-types.ts";
import { parseTemplate } from "./parse-template.ts";
import type { LocalAccount } from "./physical-names.ts";
import { readApi } from "./read-api.ts";
import { readEventSourceMappings, readFunctions } from "./read-functions.ts";
import { readQueues } from "./read-queues.ts";
import { readRules } from "./read-rules.ts";
import { Stack } from "./stack.ts";
import type { StackDescription, UnknownResource } from "./stack-description.ts";

export type TemplateSource = {
  /** As messages are to name it. */
  readonly file: string;
  readonly text: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Files of src/entrypoints/lambda, without `.ts`. */
  readonly entrypoints: ReadonlySet<string>;
  readonly account: LocalAccount;
};

/** What runs locally of a template. Throws TemplateError, or ParameterError on what is given for its parameters. */
export function readTemplate(source: TemplateSource): StackDescription {
  const stack = new Stack(parseTemplate(source.file, source.text), source.parameters, source.account);
  return {
    api: readApi(stack),
    functions: readFunctions(stack, source.entrypoints),
    rules: readRules(stack),
    queues: readQueues(stack),
    eventSourceMappings: readEventSourceMappings(stack),
    unknown: unknownResources(stack),
  };
}

function unknownResources({ resources }: Stack): readonly UnknownResource[] {
  return resources.all
    .filter(({ type }) => !isKnownType(type))
    .map(({ logicalId, type, section }) => ({ logicalId, type, at: section.at }));
}
