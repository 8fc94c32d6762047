import { expect, it } from "vitest";
import type { EmulatorEvent } from "../../src/observer.ts";
import { makeEventPrinter } from "../../src/printing/event-printer.ts";
import { startEmulator } from "../../src/testing.ts";

const invocation = { functionName: "Connect", requestId: "r", at: 0 };
const failed = (error: { errorType: string; errorMessage: string; trace: readonly string[] }): EmulatorEvent => ({
  ...{ kind: "invocation-ended", ...invocation, durationMillis: 1 },
  outcome: { kind: "failed", error },
});
const undelivered = (outcome: "dead-lettered" | "cut" | "lost"): EmulatorEvent => ({
  ...{ kind: "event-undelivered", eventId: "e", rule: "updates", target: "work", code: "NO_PERMISSIONS" },
  ...{ outcome, at: 0 },
});
const published = (rules: readonly { name: string; targets: readonly string[] }[]): EmulatorEvent => ({
  ...{ kind: "event-published", eventId: "e", eventBusName: "default", source: "s", detailType: "d", at: 0 },
  ...{ rules, detail: () => "{}" },
});
const discarded = (destinations: readonly string[]): EmulatorEvent => ({
  ...{ kind: "invocation-discarded", ...invocation, condition: "RetriesExhausted", destinations },
});
const rotationFailed: EmulatorEvent = {
  ...{ kind: "secret-rotation-failed", secret: "key", versionId: "v2", at: 0 },
  ...{ step: "testSecret", reason: "Error" },
};

it.each<readonly [line: string, event: EmulatorEvent]>([
  [
    "Connect failed: Error: no\n  at x",
    failed({ errorType: "Error", errorMessage: "no", trace: ["Error: no", "  at x"] }),
  ],
  [
    "Connect failed: SyntaxError: Unexpected token '\\u{1b}'\n  at x",
    failed({ errorType: "SyntaxError", errorMessage: "", trace: ["SyntaxError: Unexpected token '\u001b'", "  at x"] }),
  ],
  [
    "Connect failed: Error: \\u{202e}no\nmore",
    failed({ errorType: "Error", errorMessage: "\u202eno\nmore", trace: [] }),
  ],
  [
    "Connect failed: Sandbox.Timedout: late",
    failed({ errorType: "Sandbox.Timedout", errorMessage: "late", trace: [] }),
  ],
  [
    "Connect failed: Error: after",
    { kind: "fault-after-invocation", ...invocation, error: { errorType: "Error", errorMessage: "after", trace: [] } },
  ],
  ["Connect runs its edited code from now on", { kind: "function-reloaded", functionName: "Connect", at: 0 }],
  [
    "time was moved by 7200 s: it is 1970-01-01T02:00:00.000Z",
    { kind: "clock-advanced", millis: 7_200_000, at: 7_200_000 },
  ],
  ["no faults from now on", { kind: "faults-set", seed: 7, faults: [], at: 0 }],
  [
    "faults from now on, with the seed 7: cut and half-open",
    { kind: "faults-set", seed: 7, faults: ["cut", "half-open"], at: 0 },
  ],
  ["the fault cut strikes c", { kind: "fault-struck", fault: "cut", target: "c", at: 0 }],
  ["event e (s, d) matches no rule", published([])],
  [
    "a message of work failed, and will be visible again: Error: no\\u{a}",
    { kind: "message-failed", queue: "work", messageId: "m", reason: "Error: no\n", at: 0 },
  ],
  [
    "a message of work is in dead now, after 5 receives",
    { kind: "message-dead-lettered", queue: "work", messageId: "m", deadLetterQueue: "dead", receiveCount: 5, at: 0 },
  ],
  [
    "$disconnect of c was throttled: no function is told that it has ended",
    { kind: "disconnect-throttled", connectionId: "c", at: 0 },
  ],
  ["an event for rule updates could not be delivered (NO_PERMISSIONS) and is lost", undelivered("lost")],
  ["an event for rule updates was too large (NO_PERMISSIONS): its dead letter is cut at the end", undelivered("cut")],
  ["an event of Connect is discarded (RetriesExhausted) and is lost", discarded([])],
  ["an event of Connect is discarded (RetriesExhausted) and goes to out and dead", discarded(["out", "dead"])],
  [
    "the secret key was rotated: its current version is v2",
    { kind: "secret-rotated", secret: "key", versionId: "v2", at: 0 },
  ],
  [
    "a rotation of the secret key failed in testSecret (Error) and is tried again in 60 s",
    { ...rotationFailed, retryAfterMillis: 60_000 },
  ],
  ["a rotation of the secret key failed in testSecret (Error) and is given up", rotationFailed],
])("prints %j", (line, event) => {
  const lines: string[] = [];
  makeEventPrinter((one) => lines.push(one))(event);
  expect(lines).toEqual([line]);
});

it.each<EmulatorEvent>([
  failed({ errorType: "Error", errorMessage: "Unauthorized", trace: ["Error: Unauthorized"] }),
  {
    ...{ kind: "invocation-ended", ...invocation, durationMillis: 1 },
    outcome: { kind: "returned", payload: () => "null" },
  },
  published([{ name: "updates", targets: ["work"] }]),
  undelivered("dead-lettered"),
  { kind: "frame-received", connectionId: "c", bytes: 1, text: () => "a", at: 0 },
])("prints nothing for $kind without a fault", (event) => {
  const lines: string[] = [];
  makeEventPrinter((one) => lines.push(one))(event);
  expect(lines).toEqual([]);
});

it("prints the first strikes of a fault, and then ever fewer", () => {
  const lines: string[] = [];
  const observe = makeEventPrinter((line) => lines.push(line));
  for (let strike = 0; strike < 150; strike += 1) observe({ kind: "fault-struck", fault: "cut", target: "", at: 0 });
  expect(lines).toEqual([
    "the fault cut strikes",
    "the fault cut strikes, for the 2nd time",
    "the fault cut strikes, for the 3rd time",
    "the fault cut strikes, for the 10th time",
    "the fault cut strikes, for the 100th time",
  ]);
});

it("prints the trace of an error, without the frames of the emulator", async () => {
  const lines: string[] = [];
  await using emulator = await startEmulator({
    template: "packages/emulator/tests/fixtures/workers/faults.yaml",
    output: () => {},
    observer: makeEventPrinter((line) => lines.push(line)),
  });
  const url = `${emulator.endpoint}/2015-03-31/functions/Faults/invocations`;
  await (await fetch(url, { method: "POST", body: JSON.stringify({ do: "throw" }) })).text();

  const [first, ...frames] = lines.join("").split("\n");
  expect(first).toBe("Faults failed: RangeError: too far");
  expect(frames.length).toBeGreaterThan(0);
  for (const frame of frames) expect(frame).toContain("fixtures/workers/faults/index.js");
});
