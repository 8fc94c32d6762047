import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { invocationFields } from "../../../adapters/api-gateway/invocation-fields.ts";
import { faultFields } from "../../../application/fault-fields.ts";
import type { Logger } from "../../../application/ports/logger.ts";
import { InvocationLog } from "./invocation-log.ts";

/** An Error is a response too: API Gateway reads the message of the authorizer, Lambda gives a direct caller its own. */
type LambdaResponse<T> = T | Error;

export type Invocation<T> = {
  /** The function's, as logs and metrics tell it from others. */
  readonly name: string;
  readonly logger: Logger;
  readonly handle: (event: unknown, log: InvocationLog, context: Context) => Promise<LambdaResponse<T>>;
  /** What the caller sees when `handle` throws or runs out of time: a constant. */
  readonly onFault: (error: unknown, event: unknown) => LambdaResponse<T>;
};

/**
 * The stack around every function, outermost first:
 * 1. an Error that is the response is thrown, here and not inside Middy, which would hang the original error on it;
 * 2. one log entry per invocation, written last, whatever happened;
 * 3. what a fault looks like to the caller, also when Lambda's time is nearly up;
 * 4. the handler.
 */
export function lambdaHandler<T>({ name, logger, handle, onFault }: Invocation<T>) {
  const logs = new WeakMap<object, InvocationLog>();
  const logOf = (context: Context): InvocationLog => logs.get(context) ?? new InvocationLog({});

  const invoke = middy<unknown, LambdaResponse<T>, Error, Context>(
    (event: unknown, context: Context) => handle(event, logOf(context), context),
    {
      timeoutEarlyInMillis: 50,
      requestStart: ({ event, context }) => {
        logs.set(
          context,
          new InvocationLog({ function: name, requestId: context.awsRequestId, ...invocationFields(event) }),
        );
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
