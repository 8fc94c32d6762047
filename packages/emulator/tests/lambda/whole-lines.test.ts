import { describe, expect, it } from "vitest";
import { makeWholeLines } from "../../src/lambda/whole-lines.ts";

function written(...pieces: readonly string[]) {
  const lines: string[] = [];
  const { write, flush } = makeWholeLines((line) => lines.push(line));
  for (const piece of pieces) write(piece);
  return { lines, flush };
}

describe("whole lines", () => {
  it("are handed on when they end, and the last one when it is flushed", () => {
    const { lines, flush } = written("a", "b\nc\n\nd", "e");
    expect(lines).toEqual(["ab", "c", ""]);
    flush();
    flush();
    expect(lines).toEqual(["ab", "c", "", "de"]);
  });

  it("that never end are handed on in pieces", () => {
    const { lines } = written(...Array.from({ length: 20 }, () => "x".repeat(64 * 1024)));
    expect(lines.map(({ length }) => length)).toEqual([327_680, 327_680, 327_680, 327_680]);
  });
});
