import type { IncomingHttpHeaders } from "node:http";

/** `path` and `rawQuery` are as sent. The body is complete and within the server's limit. */
export type HttpRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly rawQuery: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values by turns, as sent: `headers` has lost some of the repeated ones. */
  readonly rawHeaders: readonly string[];
  readonly clientIp: string;
  readonly body: Buffer;
};

export type HttpResponse = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** A stream is sent piece by piece, at once. It is closed when the client disconnects. */
  readonly body?: string | Uint8Array | AsyncIterable<string | Uint8Array>;
  /** Set if the request's body is still in use after the response. Never rejects. */
  readonly until?: Promise<unknown>;
};

/** No response at all: the client waits until it gives up. */
export const NO_RESPONSE: HttpResponse = { status: 0 };

/** Decodes the percent-encoding of one path segment. Undefined if the encoding is malformed. */
export function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** One of the APIs on the emulator's port. Resolves to undefined for a request that belongs to another one. */
export type HttpService = (request: HttpRequest) => Promise<HttpResponse | undefined>;
