import type { AwsAccount } from "../aws-account.ts";
import type { Scheduler } from "../scheduler.ts";
import type { FunctionSettings } from "./function-settings.ts";

/** The second argument of a handler, as Node.js functions get it (Lambda developer guide, "context object"). */
export type LambdaContext = ReturnType<typeof lambdaContext>;

export function functionArn(name: string, { accountId, region }: AwsAccount): string {
  return `arn:aws:lambda:${region}:${accountId}:function:${name}`;
}

export function lambdaContext(
  { name, timeoutSeconds, memoryMegabytes }: FunctionSettings,
  {
    account,
    scheduler,
    requestId,
  }: { readonly account: AwsAccount; readonly scheduler: Scheduler; readonly requestId: string },
) {
  const deadline = scheduler.now() + timeoutSeconds * 1000;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: name,
    functionVersion: "$LATEST",
    invokedFunctionArn: functionArn(name, account),
    memoryLimitInMB: String(memoryMegabytes),
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: "local",
    getRemainingTimeInMillis: () => Math.max(0, deadline - scheduler.now()),
  };
}
