import fc from "fast-check";
import { expect, it } from "vitest";
import { FrameScanner } from "../../../../src/entrypoints/local/gateway/frame-scanner.ts";
import { clientFrame } from "../../../support/client-frame.ts";

const MAX = 300;

const frames = fc.array(
  fc.record({
    // Around what fits, and around where the length takes another form.
    size: fc.constantFrom(0, 1, 125, 126, 127, MAX - 1, MAX, MAX + 1, 65_535, 65_536),
    fin: fc.boolean(),
    opcode: fc.constantFrom(0, 1, 2, 8, 9, 10),
    masked: fc.boolean(),
  }),
  { maxLength: 12 },
);

it("L-01 finds the first large frame and counts the messages before it, however the bytes are cut", () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 20 }), (list, cuts) => {
      const large = list.findIndex(({ size }) => size > MAX);
      const before = large < 0 ? [] : list.slice(0, large);
      const expected = large < 0 ? undefined : before.filter(({ fin, opcode }) => fin && opcode < 8).length;
      const bytes = Buffer.concat(list.map(({ size, ...frame }) => clientFrame(Buffer.alloc(size), frame)));
      expect(scanInPieces(bytes, cuts)).toBe(expected);
    }),
  );
});

function scanInPieces(bytes: Buffer, cuts: readonly number[]): number | undefined {
  const scanner = new FrameScanner(MAX);
  for (let at = 0, piece = 0; at < bytes.length; piece += 1) {
    const size = cuts[piece % cuts.length] ?? 1;
    const found = scanner.scan(bytes.subarray(at, at + size));
    if (found !== undefined) return found;
    at += size;
  }
  return undefined;
}
