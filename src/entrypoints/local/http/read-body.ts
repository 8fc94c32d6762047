import type { IncomingMessage } from "node:http";

/** The Invoke API's quota, the largest of all the APIs here. */
const MAX_BODY_BYTES = 6 * 1024 * 1024;

/** Undefined when the body is larger than any API here takes. Rejects when the client goes away meanwhile. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // An iterator that is left early destroys the request, and the answer with it, unless told not to.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) {
      request.resume();
      return undefined;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
