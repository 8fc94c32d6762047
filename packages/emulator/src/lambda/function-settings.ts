/** What the template says about a function that makes a difference to each invocation. */
export type FunctionSettings = {
  readonly name: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
};
