import { createHmac } from "node:crypto";

export type Hash = "sha256" | "sha384" | "sha512";

export type Forgery = {
  /** A part is bytes or text as they are, or anything else as its JSON. */
  readonly header?: unknown;
  readonly payload: unknown;
  readonly key: string | Uint8Array;
  readonly hash?: Hash;
};

/** A compact JWS with a correct HMAC over any header and payload. Libraries refuse to make these. */
export function forgeJws({ header = { alg: "HS256", typ: "JWT" }, payload, key, hash = "sha256" }: Forgery): string {
  return signSegments(encodePart(header), encodePart(payload), key, hash);
}

/** The HMAC over the segments as they are spelled, canonical or not. */
export function signSegments(header: string, payload: string, key: string | Uint8Array, hash: Hash = "sha256"): string {
  const signed = `${header}.${payload}`;
  return `${signed}.${createHmac(hash, key).update(signed).digest("base64url")}`;
}

export function encodePart(part: unknown): string {
  if (part instanceof Uint8Array) return Buffer.from(part).toString("base64url");
  return Buffer.from(typeof part === "string" ? part : JSON.stringify(part)).toString("base64url");
}
