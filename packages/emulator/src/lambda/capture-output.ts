import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

type Write = (output: string | Uint8Array) => void;

let isInstalled = false;

/**
 * Passes what this process prints to `write` too, in the async context of the code that prints: from `console`, from
 * `process.stdout` and `process.stderr`, and from `fs.writeSync`, with which pino writes. It still gets to the terminal.
 * Only the first call has an effect.
 */
export function captureOutput(write: Write): void {
  if (isInstalled) return;
  isInstalled = true;
  for (const stream of [process.stdout, process.stderr]) {
    const own = stream.write;
    stream.write = function capturing(this: NodeJS.WriteStream, ...given: Parameters<typeof own>) {
      write(given[0]);
      return own.apply(this, given);
    } as typeof own;
  }
  const own = fs.writeSync;
  fs.writeSync = function capturing(...given: Parameters<typeof own>) {
    const [descriptor, output] = given;
    if (descriptor === 1 || descriptor === 2) write(textOf(output, given[2], given[3]));
    return own(...given);
  } as typeof own;
  // This also updates `import { writeSync } from "node:fs"`.
  syncBuiltinESMExports();
}

/** The bytes that fs.writeSync writes: the whole text, or a part of a buffer. */
function textOf(output: string | NodeJS.ArrayBufferView, offset: unknown, length: unknown): string | Uint8Array {
  if (typeof output === "string") return output;
  const bytes = new Uint8Array(output.buffer, output.byteOffset, output.byteLength);
  const from = typeof offset === "number" ? offset : 0;
  return bytes.subarray(from, typeof length === "number" ? from + length : undefined);
}
