import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { EmulatorEvent } from "../../src/index.ts";
import { makeFramePrinter } from "../../src/printing/frame-printer.ts";
import { startEmulator } from "../../src/testing.ts";
import { anyText } from "../support/any-text.ts";
import { ok } from "../support/handlers.ts";
import { STOPPED } from "../support/stopped-clock.ts";

const CONNECTION = { connectionId: "gbgHYy9RVQAYKEj2kA==", at: Date.UTC(2026, 10, 22, 12) };
const received = (text: string): EmulatorEvent => ({
  ...{ kind: "frame-received", ...CONNECTION, bytes: Buffer.byteLength(text), text: () => text },
});

function printed(...events: readonly EmulatorEvent[]): string[] {
  const lines: string[] = [];
  const print = makeFramePrinter((line) => lines.push(line));
  for (const event of events) print(event);
  return lines;
}

describe("makeFramePrinter", () => {
  it("prints frames in and out, and when a connection opens and closes", async () => {
    const lines: string[] = [];
    const emulator = await startEmulator({
      functions: { Connect: ok, Echo: ({ body }) => ({ statusCode: 200, body: `${body}!` }) },
      routes: { $connect: "Connect", $default: { function: "Echo", routeResponse: true } },
      clock: STOPPED,
      observer: makeFramePrinter((line) => lines.push(line)),
    });
    onTestFinished(() => emulator.close());
    const client = await emulator.connect();
    client.send("hello");
    await client.text();
    client.close(1000, "bye");
    await client.closed();
    while (lines.length < 4) await new Promise((resolve) => setTimeout(resolve, 2));

    const start = `2026-11-22T12:00:00.000Z ${emulator.recording.eventsOf("Connect")[0].requestContext.connectionId}`;
    expect(lines).toEqual([
      `${start} open`,
      `${start} in         5 B hello`,
      `${start} out        6 B hello! (route-response)`,
      `${start} close 1000 bye (client)`,
    ]);
  });

  it("hides tokens, also one that the end of the line would cut", () => {
    const token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const lines = printed(
      received(`{"action":"authenticate","token":"${token}"}`),
      received(`${"- ".repeat(240)}${token}`),
    );
    expect(lines[0]).toMatch(/ B \{"action":"authenticate","token":"…"\}$/);
    expect(lines.join()).not.toContain("eyJ");
  });

  it("cuts a long text, and never within a character", () => {
    const [line] = printed(received("🙂 ".repeat(300)));
    expect(line).toMatch(/^2026-11-22T12:00:00.000Z gbgHYy9RVQAYKEj2kA== in {6}1500 B (?:🙂 ){250}… 100 more$/u);
  });

  it.each([
    ["\u001b[2J\u001b]0;title\u0007", "\\u{1b}[2J\\u{1b}]0;title\\u{7}"],
    ["a\nb\r\tc", "a\\u{a}b\\u{d}\\u{9}c"],
    ["\u009b31m", "\\u{9b}31m"],
    ["abc\u202edef\u2066\u2028", "abc\\u{202e}def\\u{2066}\\u{2028}"],
  ])("escapes what would act on a terminal: %j", (text, expected) => {
    expect(printed(received(text))[0]?.endsWith(` B ${expected}`)).toBe(true);
  });

  it("prints one line without control characters, whatever the text or the close reason is", () => {
    fc.assert(
      fc.property(anyText(600), (text) => {
        const reason: EmulatorEvent = {
          kind: "connection-closed",
          ...CONNECTION,
          code: 4000,
          reason: text,
          by: "client",
        };
        for (const line of printed(received(text), reason)) {
          expect(line).toBe(stripVTControlCharacters(line));
          expect(line).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u);
          expect(Buffer.from(line).toString()).toBe(line);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("prints nothing else", () => {
    expect(
      printed(
        { kind: "handshake-responded", handshakeId: 1, status: 401, at: 0 },
        { kind: "invocation-begun", functionName: "Connect", requestId: "r", payload: () => "{}", at: 0 },
      ),
    ).toEqual([]);
  });
});
