import { expect, it } from "vitest";
import { eventLine } from "../../src/command/event-lines.ts";
import type { EmulatorEvent } from "../../src/observer.ts";
import { startEmulator } from "../../src/testing.ts";

const message = { queue: "Updates", messageId: "m", at: 0 };
const discarded = { kind: "invocation-discarded", functionName: "Fn", requestId: "r", at: 0 } as const;
const published = { kind: "event-published", eventId: "e", eventBusName: "default", at: 0 } as const;

it.each<[string | undefined, EmulatorEvent]>([
  [
    "a message of Updates failed, and will be visible again: reported in batchItemFailures",
    { ...message, kind: "message-failed", reason: "reported in batchItemFailures" },
  ],
  [
    "a message of Updates is in DeadUpdates now, after 3 receives",
    { ...message, kind: "message-dead-lettered", deadLetterQueue: "DeadUpdates", receiveCount: 3 },
  ],
  [
    "the event of Fn's invocation r is lost: RetriesExhausted",
    { ...discarded, condition: "RetriesExhausted", destinations: [] },
  ],
  [undefined, { ...discarded, condition: "RetriesExhausted", destinations: ["Dead"] }],
  [
    "event e (shop, Order\\u{1b}[2J) matches no rule",
    { ...published, source: "shop", detailType: "Order\u001b[2J", rules: [], detail: () => "{}" },
  ],
])("prints %s", (line, event) => {
  expect(eventLine(event)).toBe(line);
});

it("prints the trace of an error, without the frames of the emulator", async () => {
  const lines: string[] = [];
  const template = "packages/emulator/tests/fixtures/workers/faults.yaml";
  await using emulator = await startEmulator({
    template,
    output: () => {},
    observer: (event) => lines.push(eventLine(event) ?? ""),
  });
  const url = `${emulator.endpoint}/2015-03-31/functions/Faults/invocations`;
  await (await fetch(url, { method: "POST", body: JSON.stringify({ do: "throw" }) })).text();

  const [first, ...frames] = lines.join("").split("\n");
  expect(first).toBe("Faults failed: RangeError: too far");
  expect(frames.length).toBeGreaterThan(0);
  for (const frame of frames) expect(frame).toContain("fixtures/workers/faults/index.js");
});
