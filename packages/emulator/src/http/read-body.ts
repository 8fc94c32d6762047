import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** The Invoke API's quota, the largest of all APIs here. */
export const MAX_BODY_BYTES = 6 * 1024 * 1024;

/** A client that sends nothing for this time loses the bytes reserved for its body. */
const STALL_MS = 5_000;

/** The declared length of a body, or the largest length that an API accepts if none is declared. */
export function expectedBodyBytes(headers: IncomingHttpHeaders): number {
  if (headers["transfer-encoding"] !== undefined) return MAX_BODY_BYTES;
  return Number(headers["content-length"] ?? 0);
}

/**
 * Reads a body. Undefined if it is larger than any API here accepts. Rejects if the client stalls or leaves meanwhile.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  // Small bodies come in one packet with their head: they have arrived already.
  if (request.complete) return withinLimit((request.read() as Buffer | null) ?? Buffer.alloc(0));
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.setTimeout(STALL_MS, () => request.destroy());
  // By default an iterator that is left early destroys the request, and the response with it.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) {
      request.resume();
      return undefined;
    }
    chunks.push(chunk);
  }
  request.setTimeout(0);
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
}

function withinLimit(body: Buffer): Buffer | undefined {
  return body.length > MAX_BODY_BYTES ? undefined : body;
}
