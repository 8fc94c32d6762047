import type { IncomingHttpHeaders } from "node:http";

/** `path` as it was sent, without the query. The body is complete and within the server's bound. */
export type HttpRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

export type HttpResponse = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream is sent piece by piece, as it comes. It is closed when the client goes away. */
  readonly body?: string | AsyncIterable<string | Uint8Array>;
  /** Set if the request's body is in use after the response. Never rejects. */
  readonly until?: Promise<unknown>;
};

/** One segment of a path without its percent-encoding; undefined where the encoding is malformed. */
export function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** One of the AWS APIs that the runtime speaks on its port. Answers undefined to a request that is another's. */
export type HttpService = (request: HttpRequest) => Promise<HttpResponse | undefined>;
