/** A function as the template declares it, with the code that runs in it. */
export type LambdaFunction = {
  readonly name: string;
  readonly handler: LambdaHandler;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
};

/** Handlers type their own events; what a gateway or a client really sends them is for them to check. */
export type LambdaHandler = (event: never, context: never) => unknown;

/** What the Invoke API reports of a function that failed. */
export type FunctionError = {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
};

export type Invocation =
  | { readonly kind: "returned"; readonly json: string }
  | { readonly kind: "failed"; readonly error: FunctionError }
  | { readonly kind: "throttled" }
  | { readonly kind: "unknown-function" };
