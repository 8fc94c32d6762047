/** What the template says about a function that makes a difference to each invocation. */
export type FunctionSettings = {
  readonly name: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  /** The concurrent executions that are the function's own; 0 throttles every call. Otherwise it shares the account's. */
  readonly reservedConcurrency?: number;
};

/** The settings alone, of a value that has more. */
export function settingsOf({
  name,
  timeoutSeconds,
  memoryMegabytes,
  reservedConcurrency,
}: FunctionSettings): FunctionSettings {
  return { name, timeoutSeconds, memoryMegabytes, ...(reservedConcurrency !== undefined && { reservedConcurrency }) };
}
