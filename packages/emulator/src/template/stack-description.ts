import type { TableDescription } from "../dynamodb/create-tables.ts";
import type { Schedule } from "../eventbridge/schedules.ts";
import type { EventingDescription } from "../eventing.ts";
import type { FunctionUrl } from "../function-url/function-url.ts";
import type { ApiDescription } from "../gateway/api-description.ts";
import type { SecretsManagerDescription } from "../secrets-manager/secrets-manager.ts";
import type { TemplateLocation } from "./template-error.ts";

/** The parts of a template that run on a laptop, with every intrinsic function evaluated. */
export type StackDescription = EventingDescription &
  SecretsManagerDescription & {
    readonly api: ApiDescription;
    readonly functions: readonly FunctionDescription[];
    readonly schedules: readonly Schedule[];
    readonly functionUrls: readonly FunctionUrl[];
    /** Called only if DynamoDB runs elsewhere; otherwise no table is made. Throws TemplateError. */
    readonly tables: () => readonly TableDescription[];
    /** Texts about properties and resources without effect here. */
    readonly warnings: readonly string[];
  };

export type FunctionDescription = {
  readonly logicalId: string;
  /** The physical name: `FunctionName`, or else the logical id. */
  readonly name: string;
  /** The folder of the code, as the template spells it. */
  readonly codeUri: string;
  /** The text of a CommonJS module, `index.js`, that the template holds itself. `codeUri` is the folder of the file. */
  readonly inlineCode?: string;
  /** Module and export, such as `index.handler`. */
  readonly handler: string;
  /** Such as `nodejs24.x`. */
  readonly runtime?: string;
  /** The location of `codeUri`, for messages. */
  readonly codeAt: TemplateLocation;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly reservedConcurrency?: number;
  readonly at: TemplateLocation;
};
