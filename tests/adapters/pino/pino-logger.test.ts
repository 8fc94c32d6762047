import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PinoLogger } from "../../../src/adapters/pino/pino-logger.ts";
import { faultFields } from "../../../src/application/fault-fields.ts";
import { LOG_FIELDS, type LogFields } from "../../../src/application/ports/logger.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";

const NOW = "2026-11-22T10:00:00.123Z";
const CANARY = "canary-7f3a";

function record(log: (logger: PinoLogger) => void, level: "DEBUG" | "INFO" | "WARN" | "ERROR" = "INFO"): string[] {
  const written: string[] = [];
  const destination = { write: (line: string) => void written.push(line) };
  log(new PinoLogger({ level, service: "portcullis", clock: new FixedClock(Date.parse(NOW)), destination }));
  return written;
}

describe("PinoLogger", () => {
  it("writes the keys that Lambda's JSON logging knows", () => {
    const [line] = record((logger) =>
      logger.warn("connection refused", { reason: "EXPIRED", requestId: "r-1", durationMs: 1.5 }),
    );

    expect(line?.endsWith("\n")).toBe(true);
    expect(JSON.parse(line ?? "")).toEqual({
      level: "WARN",
      timestamp: NOW,
      service: "portcullis",
      message: "connection refused",
      reason: "EXPIRED",
      requestId: "r-1",
      durationMs: 1.5,
    });
  });

  it.each([
    { level: "DEBUG", expected: ["INFO", "WARN", "ERROR"] },
    { level: "INFO", expected: ["INFO", "WARN", "ERROR"] },
    { level: "WARN", expected: ["WARN", "ERROR"] },
    { level: "ERROR", expected: ["ERROR"] },
  ] as const)("at level $level writes $expected", ({ level, expected }) => {
    const lines = record((logger) => {
      logger.info("one");
      logger.warn("two");
      logger.error("three");
    }, level);

    expect(lines.map((line) => JSON.parse(line).level)).toEqual(expected);
  });

  it("writes every field that the port allows", () => {
    const fields = Object.fromEntries(LOG_FIELDS.map((name) => [name, name]));

    const [line] = record((logger) => logger.info("all", fields));

    expect(JSON.parse(line ?? "")).toMatchObject(fields);
  });

  it("attack:O1 writes only the first hundred texts of a list, each cut", () => {
    const unreached = [{ name: CANARY }, ...Array.from({ length: 150 }, () => "x".repeat(700))];
    const [line = ""] = record((logger) => logger.info("all", { unreached } as unknown as LogFields));

    expect(JSON.parse(line).unreached).toEqual(Array.from({ length: 99 }, () => "x".repeat(640)));
    expect(Buffer.byteLength(line)).toBeLessThan(64 * 1024);
  });

  it.each<[title: string, fields: unknown]>([
    ["a name that is not allowed", { token: CANARY, authorization: CANARY, msg: CANARY, err: new Error(CANARY) }],
    ["the logger's own names", { level: CANARY, timestamp: CANARY, service: CANARY, message: CANARY }],
    ["an object under an allowed name", { userId: { toJSON: () => CANARY, name: CANARY } }],
    ["an array under an allowed name", { userId: [CANARY] }],
    ["a function under an allowed name", { userId: () => CANARY }],
    ["an inherited name", Object.create({ message: CANARY, stack: CANARY })],
    ["an error as the fields", Object.assign(new Error(CANARY), { detail: CANARY })],
    ["the end of an overlong text", { userId: `${"a".repeat(256)}${CANARY}` }],
  ])("attack:O1 drops %s", (_title, fields) => {
    const [line] = record((logger) => logger.error("kept", fields as LogFields));

    expect(line).not.toContain(CANARY);
    expect(JSON.parse(line ?? "")).toMatchObject({ level: "ERROR", service: "portcullis", message: "kept" });
  });

  it.each([
    ["CR LF", 'a\r\n{"level":"ERROR","message":"forged"}'],
    ["ESC", "\u001b[2J\u001b]0;title\u0007"],
    ["DEL and the 8-bit CSI", "a\u007f\u009b31mred"],
    ["line and paragraph separators", "a\u2028b\u2029c"],
    ["quotes and braces", '","level":"ERROR","x":{"'],
    ["right-to-left override", "a\u202egnp.exe"],
    ["zero-width characters", "ad\u200bmin\ufeff"],
    ["a lone surrogate", "a\ud800b"],
    ["NUL", "a\u0000b"],
  ])("attack:O2 writes an id with %s as one printable line that reads back unchanged", (_title, userId) => {
    const lines = record((logger) => logger.info("subscribed", { userId }));

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[\u0020-\u007e\u00a0-\uffff]*\n$/);
    expect(lines[0]).not.toMatch(/[\u2028\u2029\u202e\u200b\ufeff]/);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: "INFO", message: "subscribed", userId });
  });

  it("attack:O2 writes one bounded line of JSON whatever the texts are", () => {
    const anyText = fc.string({ unit: "binary", maxLength: 300 });
    fc.assert(
      fc.property(anyText, anyText, (message, userId) => {
        const lines = record((logger) => logger.info(message, { userId }));

        expect(lines).toHaveLength(1);
        expect(lines[0]?.trimEnd()).not.toMatch(/[\r\n\u2028\u2029]/);
        const read = JSON.parse(lines[0] ?? "");
        expect(read.message).toBe(message.slice(0, 256));
        expect(read.userId).toBe(userId.slice(0, 256));
      }),
    );
  });

  it("attack:O3 writes only the name of an SDK error", () => {
    const thrown = Object.assign(new Error(`refused ${CANARY}`), {
      name: "AccessDeniedException",
      $metadata: { requestId: CANARY, httpStatusCode: 400 },
      $response: { headers: { authorization: CANARY }, body: CANARY },
      request: { url: `https://host/?access_token=${CANARY}` },
      cause: new Error(CANARY),
    });

    const [line] = record((logger) => logger.error("authorizer failed", faultFields(thrown)));

    expect(line).not.toContain(CANARY);
    expect(JSON.parse(line ?? "")).toMatchObject({ errorName: "AccessDeniedException" });
  });

  it.each<[title: string, log: (logger: PinoLogger) => void]>([
    [
      "a field's getter throws",
      (logger) =>
        logger.info("x", {
          get userId(): string {
            throw new Error("getter");
          },
        }),
    ],
    ["the message is not a string", (logger) => logger.info(undefined as unknown as string)],
    ["the fields are null", (logger) => logger.info("x", null as unknown as LogFields)],
  ])("does not throw when %s", (_title, log) => {
    expect(() => record(log)).not.toThrow();
  });

  it("does not throw when the destination does", () => {
    const destination = {
      write: () => {
        throw new Error("disk full");
      },
    };
    const logger = new PinoLogger({ level: "INFO", service: "s", clock: new FixedClock(0), destination });

    expect(() => logger.error("lost")).not.toThrow();
  });
});
