import { describe, expect, it } from "vitest";
import { parseScheduledEvent } from "../../../src/adapters/eventbridge/events/scheduled-event.ts";
import { MalformedInputError } from "../../../src/domain/errors.ts";
import { scheduledEvent, sqsEvent } from "../../support/queued-messages.ts";

describe("the event of a schedule", () => {
  it("has the time for which the rule made it", () => {
    expect(parseScheduledEvent(scheduledEvent("2026-11-22T12:00:07Z"))).toBe(Date.UTC(2026, 10, 22, 12, 0, 7));
  });

  it.each([
    ["a batch of messages", sqsEvent("x")],
    ["null", null],
    ["an event of another source", { ...scheduledEvent("2026-11-22T12:00:07Z"), source: "CLI" }],
    ["an event of another kind", { ...scheduledEvent("2026-11-22T12:00:07Z"), "detail-type": "Entity Updated" }],
  ])("is told apart from %s", (_what, event) => {
    expect(parseScheduledEvent(event)).toBeUndefined();
  });

  it.each([undefined, "", "noon", 17])("is malformed with the time %j", (time) => {
    expect(() => parseScheduledEvent(scheduledEvent(time))).toThrow(new MalformedInputError("MALFORMED_EVENT"));
  });
});
