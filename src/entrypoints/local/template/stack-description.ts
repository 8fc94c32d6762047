import type { Value } from "./evaluation.ts";
import type { TemplateLocation } from "./template-error.ts";

/** What a template declares, as far as it runs on a laptop, with every intrinsic function evaluated. */
export type StackDescription = {
  readonly api: ApiDescription;
  readonly functions: readonly FunctionDescription[];
  readonly rules: readonly RuleDescription[];
  readonly queues: readonly QueueDescription[];
  readonly eventSourceMappings: readonly EventSourceMappingDescription[];
  /** Neither run here nor known to need no running: worth a line to whoever starts it. */
  readonly unknown: readonly UnknownResource[];
};

export type ApiDescription = {
  readonly stage: string;
  readonly stageVariables?: Readonly<Record<string, string>>;
  readonly routeSelectionExpression: string;
  readonly routes: readonly RouteDescription[];
};

export type RouteDescription = {
  readonly routeKey: string;
  readonly functionName: string;
  /** Without a RouteResponse of the route, what its function returns goes nowhere. */
  readonly routeResponse: boolean;
  readonly authorizer?: { readonly functionName: string; readonly identitySources: readonly string[] };
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

export type RuleDescription = {
  readonly name: string;
  readonly eventBusName: string;
  readonly eventPattern: Value;
  readonly targets: readonly RuleTargetDescription[];
};

/** `permitted`: whether the queue's policy lets this rule send to it. Without, EventBridge drops or dead-letters. */
export type RuleTargetDescription = {
  readonly queue: string;
  readonly permitted: boolean;
  readonly deadLetterQueue?: string;
  readonly deadLetterQueuePermitted: boolean;
};

/** What the template leaves out is left out here too. */
export type QueueDescription = {
  readonly name: string;
  readonly visibilityTimeoutSeconds?: number;
  readonly delaySeconds?: number;
  readonly receiveWaitSeconds?: number;
  readonly retentionSeconds?: number;
  readonly maximumMessageBytes?: number;
  readonly deadLetters?: { readonly queue: string; readonly maxReceiveCount: number };
};

export type EventSourceMappingDescription = {
  readonly functionName: string;
  readonly queue: string;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  readonly maximumConcurrency?: number;
  readonly reportBatchItemFailures: boolean;
};

export type UnknownResource = { readonly logicalId: string; readonly type: string; readonly at: TemplateLocation };
