import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientFrame } from "../support/client-frame.ts";
import { type Case, type Conformance, closeFrame, expectedOf, startConformance } from "../support/conformance.ts";

const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");
const close = (payload: Buffer | string, form: Parameters<typeof clientFrame>[1] = {}) =>
  clientFrame(payload, { opcode: 8, ...form });
const text = (payload: string | Buffer, form: Parameters<typeof clientFrame>[1] = {}) =>
  clientFrame(payload, { maskKey: [0x12, 0xfe, 0x55, 0x01], ...form });

const closings: readonly Case[] = [
  { title: "without a code", sent: [close("")], closes: "without a code" },
  { title: "without a code, in writes of one byte", sent: [close("")], closes: "without a code", pieces: "bytes" },
  { title: "with a code in one byte", sent: [close(bytes("03"))], closes: 1002 },
  { title: "with a reason", sent: [closeFrame(1000, "bye")], closes: 1000 },
  { title: "with a reason in UTF-8", sent: [closeFrame(1000, "κόσμε")], closes: 1000 },
  { title: "with a reason of 123 bytes", sent: [closeFrame(1000, "r".repeat(123))], closes: 1000 },
  { title: "with a reason of 124 bytes", sent: [closeFrame(1000, "r".repeat(124))], closes: 1002 },
  { title: "with a reason that is no UTF-8", sent: [closeFrame(1000, bytes("ceba e1bdb9 eda080"))], closes: 1007 },
  { title: "with a reason that ends inside a character", sent: [closeFrame(1000, bytes("e282"))], closes: 1007 },
  { title: "with reserved bits", sent: [close("", { reserved: 0x20 })], closes: 1002 },
  { title: "without a mask", sent: [close("", { masked: false })], closes: 1002 },
  { title: "with a length in three bytes", sent: [close(bytes("03e8"), { lengthBytes: 3 })], closes: 1002 },
  { title: "after a text", sent: [text("a"), closeFrame(1000)], messages: ["a"], closes: 1000 },
  {
    title: "after a ping",
    sent: [text("a"), clientFrame("b", { opcode: 9 }), closeFrame(1000)],
    messages: ["a"],
    pongs: ["b"],
    closes: 1000,
  },
  { title: "twice", sent: [closeFrame(1000), closeFrame(1001)], closes: 1000 },
  { title: "before a text", sent: [closeFrame(1000), text("late")], closes: 1000 },
  { title: "before a ping", sent: [closeFrame(1000), clientFrame("late", { opcode: 9 })], closes: 1000 },
  { title: "before a frame that is none", sent: [closeFrame(1000), text("late", { reserved: 0x70 })], closes: 1000 },
  { title: "before a large frame", sent: [closeFrame(1000), text("x".repeat(300_000))], closes: 1000 },
  { title: "before a text, each in a write", sent: [closeFrame(1000), text("late")], closes: 1000, pieces: "frames" },
];

const validCodes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];
const invalidCodes = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 10_000, 65_535];

const codes: readonly Case[] = [
  ...validCodes.map((code): Case => ({ title: `${code} is echoed`, sent: [closeFrame(code)], closes: code })),
  ...validCodes.map(
    (code): Case => ({ title: `${code} with a reason is echoed`, sent: [closeFrame(code, "why")], closes: code }),
  ),
  ...invalidCodes.map((code): Case => ({ title: `${code} is refused`, sent: [closeFrame(code)], closes: 1002 })),
  ...invalidCodes.map(
    (code): Case => ({ title: `${code} with a reason is refused`, sent: [closeFrame(code, "why")], closes: 1002 }),
  ),
];

/** The characters at the borders of UTF-8's forms, and others that some decoders refuse (RFC 3629). */
const validTexts = [
  "κόσμε",
  "\u0000",
  "\u007F",
  "\u0080",
  "\u07FF",
  "\u0800",
  "\uD7FF",
  "\uE000",
  "\uFDD0",
  "\uFEFF",
  "\uFFFD",
  "\uFFFE",
  "\uFFFF",
  "\u{10000}",
  "\u{1F600}",
  "\u{3FFFF}",
  "\u{10FFFF}",
  "e\u0301",
  "\r\n\t\u001B",
];

const invalidTexts: readonly (readonly [title: string, hex: string])[] = [
  ["a continuation byte alone", "80"],
  ["the last continuation byte alone", "bf"],
  ["many continuation bytes", "8081 82bf bf"],
  ["a first byte of two alone", "c3"],
  ["a first byte of two and a space", "c320"],
  ["a first byte of three alone", "e2"],
  ["two bytes of three", "e282"],
  ["two bytes of three and a letter", "e28261"],
  ["three bytes of four", "f09f98"],
  ["three bytes of four and a letter", "f09f9861"],
  ["five bytes", "f888808080"],
  ["six bytes", "fc8480808080"],
  ["the byte FE", "fe"],
  ["the byte FF", "ff"],
  ["a slash in two bytes", "c0af"],
  ["a slash in three bytes", "e080af"],
  ["a slash in four bytes", "f08080af"],
  ["zero in two bytes", "c080"],
  ["U+007F in two bytes", "c1bf"],
  ["U+07FF in three bytes", "e09fbf"],
  ["U+FFFF in four bytes", "f08fbfbf"],
  ["the first high surrogate", "eda080"],
  ["the last high surrogate", "edafbf"],
  ["the first low surrogate", "edb080"],
  ["the last low surrogate", "edbfbf"],
  ["a pair of surrogates", "eda080 edb080"],
  ["a code point above U+10FFFF", "f4908080"],
  ["a first byte above F4", "f5808080"],
  ["a fault after a valid text", "cebae1bdb9cf83cebcceb5 eda080 656469746564"],
];

const encodings: readonly Case[] = [
  ...validTexts.map((value): Case => {
    return { title: `${codePoints(value)} is taken`, sent: [text(value)], messages: [value] };
  }),
  ...validTexts.map((value): Case => {
    const [head, tail] = [Buffer.from(value).subarray(0, 1), Buffer.from(value).subarray(1)];
    const sent = [text(head, { fin: false }), text(tail, { opcode: 0 })];
    return { title: `${codePoints(value)} is taken in fragments that split it`, sent, messages: [value] };
  }),
  {
    title: "a text is taken in writes and fragments of one byte",
    sent: [...Buffer.from("κ\u{1F600}")].map((byte, index, all) =>
      text(Buffer.from([byte]), { opcode: index === 0 ? 1 : 0, fin: index === all.length - 1 }),
    ),
    messages: ["κ\u{1F600}"],
    pieces: "bytes",
  },
  ...invalidTexts.map(
    ([title, hex]): Case => ({ title: `${title} is refused`, sent: [text(bytes(hex))], closes: 1007 }),
  ),
  ...invalidTexts.map(([title, hex]): Case => {
    const sent = [text("good"), text("so far ", { fin: false }), text(bytes(hex), { opcode: 0 })];
    return { title: `${title} in a last fragment is refused`, sent, messages: ["good"], closes: 1007 };
  }),
];

function codePoints(value: string): string {
  return [...value]
    .map((one) => `U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`)
    .join(" ");
}

let conformance: Conformance;
beforeAll(async () => {
  conformance = await startConformance();
});
afterAll(() => conformance.close());

describe.concurrent.each([
  ["gw:frame-6 UTF-8:", encodings],
  ["gw:frame-7 a close frame", closings],
  ["gw:frame-7 a close frame's code", codes],
])("%s", (_, cases) => {
  it.each(cases)("$title", async (sample) => {
    expect(await conformance.run(sample)).toEqual(expectedOf(sample));
  });
});
