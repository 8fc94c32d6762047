import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** The Invoke API's quota, the largest of all the APIs here. */
export const MAX_BODY_BYTES = 6 * 1024 * 1024;

/** A client that sends nothing for so long loses the room for its body. */
const STALL_MS = 5_000;

/** The declared length, or the longest that an API takes if none is declared. */
export function expectedBodyBytes(headers: IncomingHttpHeaders): number {
  if (headers["transfer-encoding"] !== undefined) return MAX_BODY_BYTES;
  return Number(headers["content-length"] ?? 0);
}

/** Undefined when the body is larger than any API here takes. Rejects when the client stalls or goes away meanwhile. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.setTimeout(STALL_MS, () => request.destroy());
  // An iterator that is left early destroys the request, and the response with it, unless told not to.
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
