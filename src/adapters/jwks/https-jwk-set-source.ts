import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import type { JwkSetSource } from "../../application/ports/jwk-sets.ts";
import { parseStrictObject } from "../../domain/strict-json.ts";
import { withinDeadline } from "../deadline.ts";

/** The reason for which a response is no JWK Set. The log takes the code. */
type ResponseFault = "JWKS_STATUS" | "JWKS_ENCODED" | "JWKS_TOO_LARGE" | "JWKS_MALFORMED" | "JWKS_CUT_OFF";

class JwkSetResponseError extends Error {
  override readonly name = "JwkSetResponseError";
  readonly code: ResponseFault;

  constructor(code: ResponseFault) {
    super(code);
    this.code = code;
  }
}

/** Real sets have a few KB. */
const MAX_BYTES = 256 * 1024;

/** Members of a key, and lists in them. */
const MAX_DEPTH = 8;

/** Not compressed: a small body cannot become a large one. */
const HEADERS = { Accept: "application/jwk-set+json, application/json", "Accept-Encoding": "identity" };

/**
 * Fetches a JWK Set over HTTPS from one address. A redirect is a failure: only the configured address may supply keys.
 * Each request has a connection of its own, since there is one in ten minutes.
 */
export class HttpsJwkSetSource implements JwkSetSource {
  readonly #url: string;
  readonly #ca: string | undefined;

  /** `ca`: certificates to trust in place of the system's. */
  constructor(url: string, ca?: string) {
    this.#url = url;
    this.#ca = ca;
  }

  async fetch(withinMillis: number): Promise<unknown> {
    const body = await withinDeadline(withinMillis, (signal) => this.#get(signal));
    return parseStrictObject(body, MAX_DEPTH) ?? refuse("JWKS_MALFORMED");
  }

  #get(signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      const ca = this.#ca !== undefined && { ca: this.#ca };
      // Said here, because NODE_TLS_REJECT_UNAUTHORIZED can turn the default off: any server could then supply keys.
      const options = { agent: false, headers: HEADERS, signal, rejectUnauthorized: true, ...ca };
      const sent = request(this.#url, options, (response) => {
        bodyOf(response)
          .then(resolve, reject)
          // Ends the connection: the rest of a refused body is not read.
          .finally(() => sent.destroy());
      });
      sent.on("error", reject);
      sent.end();
    });
  }
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const { statusCode, headers } = response;
  if (statusCode !== 200) return refuse("JWKS_STATUS");
  if ((headers["content-encoding"] ?? "identity") !== "identity") return refuse("JWKS_ENCODED");
  if (Number(headers["content-length"] ?? 0) > MAX_BYTES) return refuse("JWKS_TOO_LARGE");
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) return refuse("JWKS_TOO_LARGE");
    chunks.push(chunk);
  }
  return response.complete ? decodeUtf8(Buffer.concat(chunks)) : refuse("JWKS_CUT_OFF");
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refuse("JWKS_MALFORMED");
  }
}

function refuse(code: ResponseFault): never {
  throw new JwkSetResponseError(code);
}
