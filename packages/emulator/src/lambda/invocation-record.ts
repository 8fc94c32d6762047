import type { InvocationResult } from "./lambda-function.ts";

/** The outcome of an asynchronous invocation, after all tries. */
export type AsynchronousOutcome = {
  readonly requestId: string;
  readonly functionArn: string;
  readonly condition: "Success" | "RetriesExhausted" | "EventAgeExceeded";
  readonly approximateInvokeCount: number;
  readonly event: unknown;
  /** The response of the last try; absent if the function was throttled in each one. */
  readonly response?: Extract<InvocationResult, { readonly kind: "returned" | "failed" }>;
};

/** What a destination gets (Lambda developer guide, "Capturing records of Lambda asynchronous invocations"). */
export function invocationRecord(outcome: AsynchronousOutcome, now: number): object {
  const { response } = outcome;
  return {
    version: "1.0",
    timestamp: new Date(now).toISOString(),
    requestContext: {
      requestId: outcome.requestId,
      functionArn: `${outcome.functionArn}:$LATEST`,
      condition: outcome.condition,
      approximateInvokeCount: outcome.approximateInvokeCount,
    },
    requestPayload: outcome.event,
    ...(response !== undefined && {
      responseContext: {
        statusCode: 200,
        executedVersion: "$LATEST",
        ...(response.kind === "failed" && { functionError: "Unhandled" }),
      },
      responsePayload: response.kind === "failed" ? response.error : JSON.parse(response.json),
    }),
  };
}
