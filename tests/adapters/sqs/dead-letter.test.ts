import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../../packages/emulator/tests/support/any-text.ts";
import { deadLetter } from "../../../src/adapters/sqs/dead-letter.ts";
import { checkBody, messageBytes, parseMessageAttributes } from "../../support/emulator-parts.ts";

const MAX_BYTES = 1_048_576;
const REASON = "MALFORMED_EVENT";

/** Throws on a size or a character that SQS refuses. */
function send(body: string) {
  const { MessageBody, MessageAttributes } = deadLetter(body, REASON);
  const attributes = parseMessageAttributes(MessageAttributes);
  const bytes = messageBytes(MessageBody, attributes);
  checkBody(MessageBody, bytes, MAX_BYTES);
  return { text: MessageBody, bytes, attribute: (name: string) => attributes.get(name)?.stringValue };
}

describe("a dead letter", () => {
  const room = MAX_BYTES - "Reason".length - "String".length - REASON.length;

  it("is the message byte for byte as long as its reason fits beside it", () => {
    const body = "x".repeat(room);
    const { text, bytes, attribute } = send(body);
    expect([text === body, bytes, attribute("Reason"), attribute("OriginalBytes")]).toEqual([
      true,
      MAX_BYTES,
      REASON,
      undefined,
    ]);
  });

  it.each([1_048_560, 1_048_576])("of %i bytes is cut, has its reason, and describes the whole message", (size) => {
    const body = `\ufeff{"id":"7"}${" ".repeat(size - 13)}`;
    const { text, bytes, attribute } = send(body);
    expect([body.startsWith(text), bytes]).toEqual([true, MAX_BYTES]);
    expect(size - text.length).toBeLessThan(200);
    expect([attribute("Reason"), attribute("OriginalBytes")]).toEqual([REASON, String(size)]);
    expect(attribute("OriginalSha256")).toBe(createHash("sha256").update(body).digest("hex"));
  });

  it("is accepted by SQS, with its reason, for any characters and length of the message", () => {
    const filler = fc.constantFrom("x", "é", "€", "\u{1f600}", "\uffff", "\ud800", "\u0000");
    const length = fc.integer({ min: MAX_BYTES - 400, max: MAX_BYTES + 20 });
    fc.assert(
      fc.property(anyText(20), filler, length, (start, unit, bytes) => {
        const body = `{${start}${unit.repeat(Math.ceil(bytes / Buffer.byteLength(unit)))}`;
        expect(send(body).attribute("Reason")).toBe(REASON);
      }),
      { numRuns: 8 },
    );
  });

  it("escapes the characters that no queue accepts, and only these", () => {
    const allowed = "\t\n\r \u007f\u0085\ud7ff\ue000\ufffd\u{10000}\u{10ffff}";
    expect(send(`${allowed}\u0000\u000b\u001f\ufffe\uffff\ud800`).text).toBe(
      `${allowed}\\u0000\\u000b\\u001f\\ufffe\\uffff\\ud800`,
    );
  });
});
