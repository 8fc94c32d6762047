import type { Context } from "aws-lambda";

/** Lambda's context of an invocation, with the members that handlers here may read. */
export function lambdaContext(remainingMillis = 10_000): Context {
  const deadline = Date.now() + remainingMillis;
  return {
    awsRequestId: "00000000-0000-4000-8000-000000000001",
    callbackWaitsForEmptyEventLoop: false,
    functionName: "Test",
    functionVersion: "$LATEST",
    invokedFunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:Test",
    logGroupName: "/aws/lambda/Test",
    logStreamName: "2026/01/01/[$LATEST]00000000",
    memoryLimitInMB: "256",
    getRemainingTimeInMillis: () => deadline - Date.now(),
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}
