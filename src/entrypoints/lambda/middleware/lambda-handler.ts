import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { faultFields } from "../../../application/fault-fields.ts";
import type { LogFields, Logger } from "../../../application/ports/logger.ts";
import { InvocationLog } from "./invocation-log.ts";

/**
 * An Error is a response too: API Gateway reads the message of the authorizer, Lambda gives a direct caller its own.
 */
type LambdaResponse<T> = T | Error;

export type Invocation<T> = {
  /** The function's name in logs and metrics. */
  readonly name: string;
  readonly logger: Logger;
  /** Ids in the event by which its log entry is found. Never throws. */
  readonly logFieldsOf?: (event: unknown) => LogFields;
  readonly handle: (event: unknown, log: InvocationLog, context: Context) => Promise<LambdaResponse<T>>;
  /** The response when `handle` throws or runs out of time: a constant. */
  readonly onFault: (error: unknown, event: unknown) => LambdaResponse<T>;
};

/**
 * The stack around every function, outermost first:
 * 1. a response that is an Error is thrown, here and not inside Middy, which would attach the original error to it;
 * 2. one log entry per invocation, written last, also after a fault;
 * 3. the response to a fault, also when Lambda's time is nearly over;
 * 4. the handler.
 */
export function lambdaHandler<T>({ name, logger, logFieldsOf, handle, onFault }: Invocation<T>) {
  let coldStart = true;
  const logs = new WeakMap<object, InvocationLog>();
  const logOf = (context: Context): InvocationLog => logs.get(context) ?? new InvocationLog({}, { coldStart: false });

  const invoke = middy<unknown, LambdaResponse<T>, Error, Context>(
    (event: unknown, context: Context) => handle(event, logOf(context), context),
    {
      timeoutEarlyInMillis: 50,
      requestStart: ({ event, context }) => {
        const fields = { function: name, requestId: context.awsRequestId, ...logFieldsOf?.(event) };
        logs.set(context, new InvocationLog(fields, { coldStart }));
        coldStart = false;
      },
      requestEnd: ({ context }) => logOf(context).writeTo(logger),
    },
  ).onError(({ context, error, event }) => {
    logOf(context).fail(faultFields(error));
    return onFault(error, event);
  });

  return async (event: unknown, context: Context): Promise<T> => {
    const response = await invoke(event, context);
    if (response instanceof Error) throw response;
    return response;
  };
}
