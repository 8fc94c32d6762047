import type { EventingDescription } from "../eventing.ts";
import type { ApiDescription } from "../gateway/api-description.ts";
import type { TemplateLocation } from "./template-error.ts";

/** What a template declares, as far as it runs on a laptop, with every intrinsic function evaluated. */
export type StackDescription = EventingDescription & {
  readonly api: ApiDescription;
  readonly functions: readonly FunctionDescription[];
  /** Lines about properties and resources without effect here. */
  readonly warnings: readonly string[];
};

export type FunctionDescription = {
  readonly name: string;
  /** File name in src/entrypoints/lambda, without `.ts`: the last folder of CodeUri, which the build fills from there. */
  readonly entrypoint: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly at: TemplateLocation;
};
