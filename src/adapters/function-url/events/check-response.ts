import { CHECK_ANSWERS, type CheckAnswer, type CheckCode } from "@portcullis/protocol";

/** A response in payload format 2.0. The function URL adds the headers of CORS. */
export type UrlResponse = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** An answer is true at its moment only. */
const UNCACHED = { "Cache-Control": "no-store" };

/** In seconds. A connection ends when its page does; a new try at once would find the same. */
const RETRY_AFTER = "20";

/** The handshake would be let in. */
export const WOULD_CONNECT: UrlResponse = { statusCode: 204, headers: UNCACHED };

/** The handshake would be refused. Every text is a constant. */
export function wouldBeRefused(code: CheckCode): UrlResponse {
  const { status, error } = CHECK_ANSWERS[code];
  return answer(status, { error, code }, headersFor(status, `Bearer error="${error}"`));
}

/** RFC 6750 section 3.1: a request without a token gets a challenge, and no error. */
export function withoutToken(): UrlResponse {
  return answer(401, { code: "TOKEN_REFUSED" }, headersFor(401, "Bearer"));
}

/** The request is no check. */
export function noCheck(status: 400 | 404 | 405): UrlResponse {
  const { error } = CHECK_ANSWERS.BAD_REQUEST;
  return answer(status, { error, code: "BAD_REQUEST" }, status === 405 ? { Allow: "POST" } : {});
}

function headersFor(status: number, challenge: string): UrlResponse["headers"] {
  if (status === 401) return { "WWW-Authenticate": challenge };
  return status === 429 ? { "Retry-After": RETRY_AFTER } : {};
}

function answer(statusCode: number, body: CheckAnswer, headers: UrlResponse["headers"]): UrlResponse {
  return {
    statusCode,
    headers: { ...UNCACHED, "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
}
