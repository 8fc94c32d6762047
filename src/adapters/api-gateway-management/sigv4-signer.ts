import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";
import type { Secret } from "../../domain/secret.ts";

export type AwsCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken?: Secret;
};

export type UnsignedPost = {
  readonly host: string;
  /** The path as it is sent, encoded once. */
  readonly path: string;
  readonly payloadHash: string;
  readonly millis: number;
};

const SERVICE = "execute-api";
const CONTENT_TYPE = "application/octet-stream";

/**
 * AWS Signature Version 4 for posts to one API. The SDK's signer takes fifteen times as long: it derives the key and
 * sorts the headers each time. Here only the path and the time differ.
 */
export class Sigv4Signer {
  readonly #credentials: AwsCredentials;
  readonly #region: string;
  readonly #signedHeaders: string;
  #day = "";
  #key: KeyObject | undefined;

  constructor(credentials: AwsCredentials, region: string) {
    this.#credentials = credentials;
    this.#region = region;
    this.#signedHeaders = `content-type;host;x-amz-date${credentials.sessionToken ? ";x-amz-security-token" : ""}`;
  }

  /**
   * The headers that carry the signature and all that it covers: names and values in turn, as `node:http` takes them.
   */
  sign({ host, path, payloadHash, millis }: UnsignedPost): string[] {
    const stamp = amzDate(millis);
    const token = this.#credentials.sessionToken?.reveal();
    const canonical =
      `POST\n${encodePath(path)}\n\ncontent-type:${CONTENT_TYPE}\nhost:${host}\nx-amz-date:${stamp}\n` +
      `${token === undefined ? "" : `x-amz-security-token:${token}\n`}\n${this.#signedHeaders}\n${payloadHash}`;

    const scope = `${stamp.slice(0, 8)}/${this.#region}/${SERVICE}/aws4_request`;
    const toSign = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${hash("sha256", canonical, "hex")}`;
    const signature = createHmac("sha256", this.#keyOf(stamp.slice(0, 8)))
      .update(toSign)
      .digest("hex");
    const credential = `Credential=${this.#credentials.accessKeyId}/${scope}`;
    return [
      ...["Content-Type", CONTENT_TYPE, "Host", host, "X-Amz-Date", stamp],
      ...(token === undefined ? [] : ["X-Amz-Security-Token", token]),
      ...[
        "Authorization",
        `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${this.#signedHeaders}, Signature=${signature}`,
      ],
    ];
  }

  /** Valid for a day. A KeyObject is imported once, not at every signature. */
  #keyOf(day: string): KeyObject {
    if (this.#key !== undefined && this.#day === day) return this.#key;
    const dayKey = hmac(`AWS4${this.#credentials.secretAccessKey.reveal()}`, day);
    this.#key = createSecretKey(hmac(hmac(hmac(dayKey, this.#region), SERVICE), "aws4_request"));
    this.#day = day;
    return this.#key;
  }
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

/** ISO 8601 basic format: 20261122T120000Z. */
function amzDate(millis: number): string {
  return `${new Date(millis).toISOString().replace(/[-:]|\..*/g, "")}Z`;
}

/** All services but S3 sign a path that is encoded twice: `%3D` is signed as `%253D`. */
function encodePath(path: string): string {
  return encodeURIComponent(path)
    .replaceAll("%2F", "/")
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
