import { makeAwsJsonService } from "../aws-json/aws-json-service.ts";
import type { HttpService } from "../http/http-service.ts";
import type { Scheduler } from "../scheduler.ts";
import { moveOperations } from "./move-operations.ts";
import { queueOperations } from "./queue-operations.ts";
import type { Queues } from "./queues.ts";
import { receiveOperations } from "./receive-operations.ts";
import { makeSenderCheck, sendOperations } from "./send-operations.ts";

/** SQS for the AWS CLI and SDKs. It accepts any path: they post to the endpoint or to the queue's URL. */
export function makeSqsService(deps: {
  readonly queues: Queues;
  readonly scheduler: Scheduler;
  readonly stopped: AbortSignal;
  readonly mayCallerSend?: ((queueArn: string, accessKeyId: string) => boolean) | undefined;
}): HttpService {
  const checkSender = makeSenderCheck(deps.mayCallerSend);
  return makeAwsJsonService({
    targetPrefix: "AmazonSQS",
    version: "1.0",
    namespace: "com.amazonaws.sqs",
    operations: new Map([
      ...sendOperations({ ...deps, checkSender }),
      ...receiveOperations(deps),
      ...queueOperations(deps.queues),
      ...moveOperations({ ...deps, checkSender }),
    ]),
  });
}
