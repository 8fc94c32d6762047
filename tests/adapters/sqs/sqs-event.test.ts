import { describe, expect, it } from "vitest";
import { batchResponse, parseSqsEvent } from "../../../src/adapters/sqs/events/sqs-event.ts";
import { MalformedInputError } from "../../../src/domain/errors.ts";
import { sqsEvent } from "../../support/queued-messages.ts";

describe("a batch of messages", () => {
  it("is parsed into its bodies, byte for byte, and their ids", () => {
    const messages = parseSqsEvent(sqsEvent("one", "", "{"));
    expect(messages).toEqual([
      { messageId: "message-0", body: "one", queue: "EntityUpdated", receives: 1 },
      { messageId: "message-1", body: "", queue: "EntityUpdated", receives: 1 },
      { messageId: "message-2", body: "{", queue: "EntityUpdated", receives: 1 },
    ]);
  });

  it("says how often a message was received, as SQS counts", () => {
    const [record] = sqsEvent("one").Records;
    const receives = (ApproximateReceiveCount: unknown) =>
      parseSqsEvent({ Records: [{ ...record, attributes: { ApproximateReceiveCount } }] })[0]?.receives;
    expect(["3", "1", undefined, "x"].map(receives)).toEqual([3, 1, 1, 1]);
  });

  it("attack:I6 has a response that names the messages that stay in the queue", () => {
    const [first, second] = parseSqsEvent(sqsEvent("one", "two"));
    const failed = second === undefined ? [] : [second];
    expect(first?.messageId).toBe("message-0");
    expect(batchResponse(failed)).toEqual({ batchItemFailures: [{ itemIdentifier: "message-1" }] });
  });

  it.each([
    ["null", null],
    ["no records", {}],
    ["records that are not a list", { Records: {} }],
    ["a record that is null", { Records: [null] }],
    ["a record without an id", { Records: [{ body: "x" }] }],
    ["a record whose body is an object", { Records: [{ messageId: "m", body: {} }] }],
  ])("attack:I7 that is malformed comes back whole: %s", (_what, event) => {
    expect(() => parseSqsEvent(event)).toThrow(new MalformedInputError("MALFORMED_EVENT"));
  });
});
