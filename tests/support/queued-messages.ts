import type { AdminDetailType } from "@portcullis/protocol";

/** The text that EventBridge puts into the queue of a rule. */
export function entityUpdated(detail: unknown, over: object = {}): Record<string, unknown> {
  return {
    version: "0",
    id: "7f1c4f8e-2f0f-4a3b-9d8e-0a4f7a5b6c1d",
    "detail-type": "Entity Updated",
    source: "CLI",
    account: "123456789012",
    time: "2026-11-22T12:00:00Z",
    region: "eu-west-1",
    resources: [],
    detail,
    ...over,
  };
}

export function sqsEvent(...bodies: readonly unknown[]) {
  return { Records: bodies.map((body, index) => sqsRecord(`message-${index}`, body)) };
}

/** A batch as Lambda's poller passes it to a function. A body that is no text is written as JSON. */
function sqsRecord(messageId: string, body: unknown) {
  return {
    messageId,
    receiptHandle: "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a==",
    body: typeof body === "string" ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: "1795348800000",
      SenderId: "AIDAIENQZJOLO23YVJ4VO",
      ApproximateFirstReceiveTimestamp: "1795348800001",
    },
    messageAttributes: {},
    md5OfBody: "098f6bcd4621d373cade4e832627b4f6",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-west-1:123456789012:EntityUpdated",
    awsRegion: "eu-west-1",
  };
}

/** What EventBridge passes to a function for a rule with a schedule. */
export function scheduledEvent(time: unknown) {
  return {
    ...entityUpdated({}, { "detail-type": "Scheduled Event", source: "aws.events", time }),
    resources: ["arn:aws:events:eu-west-1:123456789012:rule/portcullis-AdministerEachMinute"],
  };
}

/** The text that EventBridge puts into the administrators' queue. */
export function adminEvent(detailType: AdminDetailType, detail: unknown, over: object = {}) {
  return entityUpdated(detail, { "detail-type": detailType, source: "admin", ...over });
}
