import { AwsError } from "../aws-json/aws-error.ts";
import type { Queue } from "./queue.ts";

/** Throws if the queue's policy denies sending to the caller. */
export type SenderCheck = (queue: Queue, caller: { readonly accessKeyId: string }) => void;

export function makeSenderCheck(maySend: (queueArn: string, accessKeyId: string) => boolean = () => true): SenderCheck {
  return ({ arn }, { accessKeyId }) => {
    if (maySend(arn, accessKeyId)) return;
    const message = `Not authorized to perform: sqs:sendmessage on resource: ${arn} with an explicit deny in a resource-based policy`;
    throw new AwsError("AccessDeniedException", message, { status: 403, queryCode: "AccessDenied" });
  };
}
