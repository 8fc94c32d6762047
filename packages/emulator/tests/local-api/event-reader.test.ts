import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { EventReader } from "../../src/local-api/event-reader.ts";

const makeReader = (onClosed: () => void = () => {}) =>
  new EventReader({ tellLoss: (count) => `lost ${count}\n`, onClosed });

it("gives lines that wait at once, and waits for the next one", async () => {
  const reader = makeReader();
  reader.offer("one\n");
  reader.offer("two\n");
  expect(await reader.next()).toEqual({ done: false, value: "one\ntwo\n" });
  const next = reader.next();
  reader.offer("three\n");
  expect(await next).toEqual({ done: false, value: "three\n" });
});

it("takes one line of any length", async () => {
  const reader = makeReader();
  reader.offer("x".repeat(3_000_000));
  expect((await reader.next()).value).toHaveLength(3_000_000);
});

it("ends a reader that waits, once", async () => {
  const onClosed = vi.fn();
  const reader = makeReader(onClosed);
  const next = reader.next();
  await reader.return();
  await reader.return();
  reader.offer("late\n");
  expect(await next).toEqual({ done: true, value: undefined });
  expect(await reader.next()).toEqual({ done: true, value: undefined });
  expect(onClosed).toHaveBeenCalledTimes(1);
});

it("accounts for every line: read in order, or counted as lost at its place, within bounds", async () => {
  const read = fc.constant("read" as const);
  const burst = fc.record({ lines: fc.nat({ max: 700 }), characters: fc.nat({ max: 6_000 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof({ weight: 3, arbitrary: burst }, read), { maxLength: 12 }), async (steps) => {
      const reader = makeReader();
      let offered = 0;
      let seen = 0;
      const offer = (characters: number) => reader.offer(`${offered++} ${"x".repeat(characters)}\n`);
      for (const step of [...steps, "read" as const]) {
        if (step !== "read") {
          for (let line = 0; line < step.lines; line += 1) offer(step.characters);
          continue;
        }
        offer(0);
        const { value = "" } = await reader.next();
        expect(value.length).toBeLessThanOrEqual(1024 * 1024 + 20);
        for (const line of value.split("\n").slice(0, -1)) {
          if (line.startsWith("lost ")) seen += Number(line.slice(5));
          else expect(Number(line.split(" ")[0])).toBe(seen++);
        }
        expect(seen).toBe(offered);
      }
    }),
    { numRuns: 50 },
  );
});
