import fc from "fast-check";
import { expect, it } from "vitest";
import { type BadFrame, FrameScanner } from "../../src/gateway/frame-scanner.ts";
import { clientFrame } from "../support/client-frame.ts";

const MAX = 300;

const frames = fc.array(
  fc.record({
    // Around the limit, and around the sizes at which the length takes another form.
    size: fc.constantFrom(0, 1, 125, 126, 127, MAX - 1, MAX, MAX + 1, 65_535, 65_536),
    fin: fc.boolean(),
    opcode: fc.constantFrom(0, 1, 2, 8, 9, 10),
    masked: fc.boolean(),
  }),
  { maxLength: 12 },
);

it("gw:limit-1 finds the first large frame and counts the messages before it, however the bytes are cut", () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 20 }), (list, cuts) => {
      const large = firstUnlessClosed(list, ({ size }) => size > MAX);
      const before = large < 0 ? [] : list.slice(0, large);
      const messages = before.filter(({ fin, opcode }) => fin && opcode < 8).length;
      const bytes = Buffer.concat(list.map(({ size, ...frame }) => clientFrame(Buffer.alloc(size), frame)));
      expect(scanInPieces(bytes, cuts)).toEqual(large < 0 ? undefined : { fault: "too-large", messages });
    }),
  );
});

it("attack:N5 counts the memory of the message that is not complete, however the bytes are cut", () => {
  const frame = fc.record({ size: fc.constantFrom(0, 1, 125, 126, MAX), fin: fc.boolean(), isPing: fc.boolean() });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 12 }), fc.integer({ min: 1, max: 400 }), (list, cut) => {
      const scanner = new FrameScanner(MAX);
      let unfinished = 0;
      for (const { size, fin, isPing } of list) {
        const bytes = clientFrame(Buffer.alloc(isPing ? Math.min(size, 125) : size), isPing ? { opcode: 9 } : { fin });
        const whole = isPing ? unfinished : unfinished + size + 128;
        for (let at = 0; at < bytes.length; at += cut) {
          expect(scanner.unfinishedBytes).toBeGreaterThanOrEqual(unfinished);
          expect(scanner.unfinishedBytes).toBeLessThanOrEqual(whole);
          scanner.scan(bytes.subarray(at, at + cut));
        }
        unfinished = fin && !isPing ? 0 : whole;
        expect(scanner.unfinishedBytes).toBe(unfinished);
      }
    }),
  );
});

it("attack:G8 finds the first length in a longer form than it takes, however the bytes are cut", () => {
  const longer = fc.constantFrom<[number, 3 | 9]>([0, 3], [125, 3], [0, 9], [126, 9], [300, 9]);
  fc.assert(
    fc.property(frames, longer, fc.integer({ min: 1, max: 400 }), (list, [size, lengthBytes], cut) => {
      const small = list.filter((frame) => frame.size <= MAX);
      const before = small.map((frame) => clientFrame(Buffer.alloc(frame.size), frame));
      const bad = clientFrame(Buffer.alloc(size), { lengthBytes });
      const messages = small.filter(({ fin, opcode }) => fin && opcode < 8).length;
      const found = scanInPieces(Buffer.concat([...before, bad]), [cut]);
      const isClosed = small.some(({ opcode }) => opcode === 8);
      expect(found).toEqual(isClosed ? undefined : { fault: "malformed-length", messages });
    }),
  );
});

/** No frame counts after a close frame. -1 if no frame counts. */
function firstUnlessClosed<T extends { readonly opcode: number }>(list: readonly T[], isBad: (frame: T) => boolean) {
  const first = list.findIndex((frame) => isBad(frame) || frame.opcode === 8);
  const found = list[first];
  return found !== undefined && isBad(found) ? first : -1;
}

function scanInPieces(bytes: Buffer, cuts: readonly number[]): BadFrame | undefined {
  const scanner = new FrameScanner(MAX);
  for (let at = 0, piece = 0; at < bytes.length; piece += 1) {
    const size = cuts[piece % cuts.length] ?? 1;
    const found = scanner.scan(bytes.subarray(at, at + size));
    if (found !== undefined) return found;
    at += size;
  }
  return undefined;
}
