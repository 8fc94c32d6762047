import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import type { OutputStream } from "./messages.ts";

type Write = typeof process.stdout.write;

/**
 * Hands all output of this thread to `emit`, also that of loggers which write to the file descriptors 1 and 2 (pino).
 * Node.js's own way loses the output of a thread that ends at once or never comes back to its event loop.
 */
export function takeOutput(emit: (stream: OutputStream, text: string) => void): void {
  const streams = { 1: "stdout", 2: "stderr" } as const;
  for (const stream of Object.values(streams)) {
    process[stream].write = ((chunk, encoding, callback) => {
      emit(stream, textOf(chunk, encoding));
      const done = typeof encoding === "function" ? encoding : callback;
      if (typeof done === "function") queueMicrotask(done as () => void);
      return true;
    }) as Write;
  }
  const { write, writeSync } = fs;
  const streamOf = (fd: unknown) => streams[fd as keyof typeof streams];
  fs.writeSync = ((fd: number, chunk: string | Uint8Array, ...rest: never[]) => {
    const stream = streamOf(fd);
    if (stream === undefined) return writeSync(fd, chunk as string, ...rest);
    const piece = pieceOf(chunk, rest);
    emit(stream, textOf(piece, rest.at(-1)));
    return Buffer.byteLength(piece);
  }) as typeof writeSync;
  fs.write = ((fd: number, chunk: string | Uint8Array, ...rest: unknown[]) => {
    const stream = streamOf(fd);
    if (stream === undefined) return (write as (...args: unknown[]) => void)(fd, chunk, ...rest);
    const piece = pieceOf(chunk, rest);
    emit(stream, textOf(piece, rest.at(-2)));
    const done = rest.at(-1) as (error: null, bytes: number, chunk: unknown) => void;
    setImmediate(done, null, Buffer.byteLength(piece), chunk);
  }) as typeof write;
  // `fs.write` has a property that `util.promisify` reads: it is copied.
  Object.defineProperties(fs.write, Object.getOwnPropertyDescriptors(write));
  // This also updates `import { writeSync } from "node:fs"`.
  syncBuiltinESMExports();
}

/** The part of a buffer that a call names by offset and length, or the whole text. */
function pieceOf(chunk: string | Uint8Array, [offset, length]: readonly unknown[]): string | Uint8Array {
  if (typeof chunk === "string") return chunk;
  const start = typeof offset === "number" ? offset : 0;
  return chunk.subarray(start, typeof length === "number" ? start + length : undefined);
}

function textOf(chunk: unknown, encoding: unknown): string {
  if (typeof chunk !== "string") return Buffer.from(chunk as Uint8Array).toString();
  const isText = typeof encoding !== "string" || /^utf-?8$/i.test(encoding);
  return isText ? chunk : Buffer.from(chunk, encoding as BufferEncoding).toString();
}
