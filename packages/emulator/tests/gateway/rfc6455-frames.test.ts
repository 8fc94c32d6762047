import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientFrame } from "../support/client-frame.ts";
import { type Case, type Conformance, closeFrame, expectedOf, startConformance } from "../support/conformance.ts";

const KB = 1024;
const KEY = { maskKey: [0x37, 0xfa, 0x21, 0x3d] };

const text = (payload: string | Buffer, form: Parameters<typeof clientFrame>[1] = {}) =>
  clientFrame(payload, { ...KEY, ...form });
const first = (payload: string) => text(payload, { fin: false });
const more = (payload: string) => text(payload, { opcode: 0, fin: false });
const last = (payload: string) => text(payload, { opcode: 0 });
const ping = (payload: string | Buffer, form: Parameters<typeof clientFrame>[1] = {}) =>
  text(payload, { opcode: 9, ...form });
const pong = (payload: string | Buffer, form: Parameters<typeof clientFrame>[1] = {}) =>
  text(payload, { opcode: 10, ...form });

const sizes: readonly Case[] = [0, 1, 125, 126, 127, 128, 300, 32 * KB - 1, 32 * KB].map((size) => ({
  title: `a text of ${size} bytes`,
  sent: [text("*".repeat(size))],
  messages: ["*".repeat(size)],
}));

const framing: readonly Case[] = [
  ...sizes,
  ...[0, 1, 125, 126, 300].map(
    (size): Case => ({
      title: `a text of ${size} bytes, in writes of one byte`,
      sent: [text("#".repeat(size))],
      messages: ["#".repeat(size)],
      pieces: "bytes",
    }),
  ),
  ...[
    [0, 0, 0, 0],
    [255, 255, 255, 255],
    [1, 2, 3, 4],
    [0x80, 0, 0x7f, 9],
  ].map(
    (maskKey): Case => ({
      title: `the mask ${maskKey}`,
      sent: [text("masked ✓", { maskKey })],
      messages: ["masked ✓"],
    }),
  ),
  { title: "texts in one write", sent: [text("a"), text("b"), text("c")], messages: ["a", "b", "c"] },
  { title: "texts in writes of their own", sent: [text("a"), text("b")], messages: ["a", "b"], pieces: "frames" },
  ...[0, 1, 125, 126, 32 * KB].map(
    (size): Case => ({
      title: `a binary message of ${size} bytes`,
      sent: [text("x".repeat(size), { opcode: 2 })],
      closes: 1003,
    }),
  ),
  {
    title: "a binary message in fragments",
    sent: [text("a", { opcode: 2, fin: false }), last("b")],
    closes: 1003,
  },
  {
    title: "a binary message after a text",
    sent: [text("a"), text("b", { opcode: 2 })],
    messages: ["a"],
    closes: 1003,
  },
  { title: "a text after a binary message", sent: [text("a", { opcode: 2 }), text("b")], closes: 1003 },
  ...([text("a"), ping("a"), text("")] as const).map(
    (frame, index): Case => ({
      title: `a frame without a mask, ${index}`,
      sent: [clientFrame(frame.subarray(6), { opcode: (frame[0] ?? 0) & 0x0f, masked: false })],
      closes: 1002,
    }),
  ),
  ...[
    ["a length of 1 in three bytes", text("a", { lengthBytes: 3 })],
    ["a length of 125 in three bytes", text("x".repeat(125), { lengthBytes: 3 })],
    ["a length of 0 in nine bytes", text("", { lengthBytes: 9 })],
    ["a length of 300 in nine bytes", text("x".repeat(300), { lengthBytes: 9 })],
  ].map(([title, frame]): Case => ({ title: String(title), sent: [Buffer.from(frame ?? "")], closes: 1002 })),
];

const pings: readonly Case[] = [
  { title: "a ping without a payload", sent: [ping("")], pongs: [""] },
  { title: "a ping with a payload", sent: [ping("Hello, world")], pongs: ["Hello, world"] },
  { title: "a ping of 125 bytes", sent: [ping("p".repeat(125))], pongs: ["p".repeat(125)] },
  {
    title: "a ping of 125 bytes, in writes of one byte",
    sent: [ping("p".repeat(125))],
    pongs: ["p".repeat(125)],
    pieces: "bytes",
  },
  { title: "a ping with bytes that are no UTF-8", sent: [ping(Buffer.from([0xff, 0xfe]))], pongs: ["\uFFFD\uFFFD"] },
  { title: "a ping of 126 bytes", sent: [ping("p".repeat(126))], closes: 1002 },
  {
    title: "a ping after which a longer one comes",
    sent: [ping("a"), ping("p".repeat(126))],
    pongs: ["a"],
    closes: 1002,
  },
  { title: "a pong of 126 bytes", sent: [pong("p".repeat(126))], closes: 1002 },
  { title: "a pong without a ping", sent: [pong("")] },
  { title: "a pong with a payload, without a ping", sent: [pong("unasked")] },
  { title: "a ping between pongs", sent: [pong("one"), ping("two"), pong("three")], pongs: ["two"] },
  { title: "ten pings", sent: [..."0123456789"].map((one) => ping(one)), pongs: [..."0123456789"] },
  {
    title: "ten pings, in writes of one byte",
    sent: [..."0123456789"].map((one) => ping(one)),
    pongs: [..."0123456789"],
    pieces: "bytes",
  },
  { title: "a ping and texts", sent: [text("a"), ping("b"), text("c")], messages: ["a", "c"], pongs: ["b"] },
];

const reservedBits: readonly Case[] = [1, 2, 3, 4, 5, 6, 7].flatMap((bits): Case[] => {
  const reserved = bits << 4;
  return [
    { title: `bits ${bits} of a text`, sent: [text("a", { reserved })], closes: 1002 },
    { title: `bits ${bits} of an empty text`, sent: [text("", { reserved })], closes: 1002, pieces: "bytes" },
    {
      title: `bits ${bits} of a text after others`,
      sent: [text("a"), ping("b"), text("c", { reserved })],
      messages: ["a"],
      pongs: ["b"],
      closes: 1002,
    },
    { title: `bits ${bits} of a last fragment`, sent: [first("a"), text("b", { opcode: 0, reserved })], closes: 1002 },
    { title: `bits ${bits} of a binary frame`, sent: [text("a", { opcode: 2, reserved })], closes: 1002 },
    { title: `bits ${bits} of a ping`, sent: [ping("a", { reserved })], closes: 1002 },
    { title: `bits ${bits} of a pong`, sent: [pong("a", { reserved })], closes: 1002 },
    { title: `bits ${bits} of a close frame`, sent: [text("", { opcode: 8, reserved })], closes: 1002 },
  ];
});

const opcodes: readonly Case[] = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap((opcode): Case[] => [
  { title: `opcode ${opcode} without a payload`, sent: [text("", { opcode })], closes: 1002 },
  { title: `opcode ${opcode} with a payload`, sent: [text("reserved", { opcode })], closes: 1002 },
  { title: `opcode ${opcode} in writes of one byte`, sent: [text("r", { opcode })], closes: 1002, pieces: "bytes" },
  { title: `opcode ${opcode} in fragments`, sent: [text("a", { opcode, fin: false }), last("b")], closes: 1002 },
  {
    title: `opcode ${opcode} after a text`,
    sent: [text("a"), text("", { opcode }), ping("b")],
    messages: ["a"],
    closes: 1002,
  },
  { title: `opcode ${opcode} inside a message`, sent: [first("a"), text("", { opcode }), last("b")], closes: 1002 },
]);

const fragments: readonly Case[] = [
  { title: "a text in two fragments", sent: [first("one"), last("two")], messages: ["onetwo"] },
  {
    title: "a text in two fragments, each in a write",
    sent: [first("one"), last("two")],
    messages: ["onetwo"],
    pieces: "frames",
  },
  {
    title: "a text in two fragments, in writes of one byte",
    sent: [first("one"), last("two")],
    messages: ["onetwo"],
    pieces: "bytes",
  },
  { title: "empty fragments", sent: [first(""), more(""), last("")], messages: [""] },
  { title: "empty fragments around a text", sent: [first(""), more("middle"), last("")], messages: ["middle"] },
  {
    title: "fifty fragments",
    sent: [first("0"), ...Array.from({ length: 48 }, () => more("-")), last("1")],
    messages: [`0${"-".repeat(48)}1`],
  },
  { title: "a ping between fragments", sent: [first("a"), ping("!"), last("b")], messages: ["ab"], pongs: ["!"] },
  {
    title: "a ping between fragments, in writes of one byte",
    sent: [first("a"), ping("!"), last("b")],
    messages: ["ab"],
    pongs: ["!"],
    pieces: "bytes",
  },
  { title: "a pong between fragments", sent: [first("a"), pong("!"), last("b")], messages: ["ab"] },
  {
    title: "pings between many fragments",
    sent: [first("a"), more("b"), ping("1"), more("c"), more("d"), ping("2"), last("e")],
    messages: ["abcde"],
    pongs: ["1", "2"],
  },
  { title: "a close frame between fragments", sent: [first("a"), closeFrame(1000), last("b")], closes: 1000 },
  { title: "a ping in fragments", sent: [ping("a", { fin: false }), last("b")], closes: 1002 },
  { title: "a pong in fragments", sent: [pong("a", { fin: false }), last("b")], closes: 1002 },
  { title: "a close frame in fragments", sent: [text("", { opcode: 8, fin: false }), last("")], closes: 1002 },
  { title: "a last fragment without a first", sent: [last("a")], closes: 1002 },
  { title: "an empty last fragment without a first", sent: [last("")], closes: 1002 },
  { title: "a middle fragment without a first", sent: [more("a"), last("b")], closes: 1002 },
  { title: "a last fragment after a whole text", sent: [text("a"), last("b")], messages: ["a"], closes: 1002 },
  {
    title: "a middle fragment after a whole text",
    sent: [text("a"), more("b"), text("c")],
    messages: ["a"],
    closes: 1002,
  },
  {
    title: "a last fragment after a message in fragments",
    sent: [first("a"), last("b"), last("c")],
    messages: ["ab"],
    closes: 1002,
  },
  { title: "a text inside a message", sent: [first("a"), text("b"), last("c")], closes: 1002 },
  { title: "a first fragment inside a message", sent: [first("a"), first("b"), last("c")], closes: 1002 },
  { title: "a binary frame inside a text", sent: [first("a"), text("b", { opcode: 2 })], closes: 1002 },
  { title: "two messages in fragments", sent: [first("a"), last("b"), first("c"), last("d")], messages: ["ab", "cd"] },
  { title: "a message without an end", sent: [first("a"), more("b")] },
];

const limits: readonly Case[] = [
  { title: "a frame of 32 KB and a byte", sent: [text("x".repeat(32 * KB + 1))], closes: 1009 },
  { title: "a frame of 64 KB less a byte", sent: [text("x".repeat(64 * KB - 1))], closes: 1009 },
  { title: "a frame of 64 KB", sent: [text("x".repeat(64 * KB))], closes: 1009 },
  { title: "a binary frame of 64 KB", sent: [text("x".repeat(64 * KB), { opcode: 2 })], closes: 1009 },
  {
    title: "the head alone of a frame of 2^63 bytes",
    sent: [Buffer.from("81ff7fffffffffffffff00000000", "hex")],
    closes: 1009,
  },
  { title: "a large frame after a text", sent: [text("a"), text("x".repeat(33 * KB))], messages: ["a"], closes: 1009 },
  { title: "a large fragment", sent: [first("a"), last("x".repeat(33 * KB))], closes: 1009 },
  ...[64, 512, 2 * KB, 32 * KB].map((size): Case => {
    const count = (128 * KB) / size;
    const piece = "x".repeat(size);
    return {
      title: `128 KB in fragments of ${size} bytes`,
      sent: [first(piece), ...Array.from({ length: count - 2 }, () => more(piece)), last(piece)],
      messages: ["x".repeat(128 * KB)],
    };
  }),
  {
    title: "128 KB and a byte, in fragments",
    sent: [...["f", "m", "m", "m"].map((kind) => (kind === "f" ? first : more)("x".repeat(32 * KB))), last("x")],
    closes: 1009,
  },
];

let conformance: Conformance;
beforeAll(async () => {
  conformance = await startConformance();
});
afterAll(() => conformance.close());

describe.concurrent.each([
  ["gw:frame-1 framing", framing],
  ["gw:frame-2 pings and pongs", pings],
  ["gw:frame-3 reserved bits", reservedBits],
  ["gw:frame-4 reserved opcodes", opcodes],
  ["gw:frame-5 fragments", fragments],
  ["gw:frame-8 gw:limit-1 gw:limit-2 limits", limits],
])("%s", (_, cases) => {
  it.each(cases)("$title", async (sample) => {
    expect(await conformance.run(sample)).toEqual(expectedOf(sample));
  });
});
