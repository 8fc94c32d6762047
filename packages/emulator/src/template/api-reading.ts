import type { Resource } from "./resources.ts";
import type { Stack } from "./stack.ts";

/** What the readers of an API's routes need to know. */
export type ApiReading = {
  readonly api: Resource;
  readonly stack: Stack;
  /** The names of the stages. */
  readonly stages: readonly string[];
  /** The routes that have a route response, each by its `Ref`. */
  readonly withResponse: ReadonlySet<string>;
};
