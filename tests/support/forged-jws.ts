import { createHmac } from "node:crypto";

/** A segment before it is encoded: bytes or text as they are, anything else as its JSON. */
export type Part = unknown;

export type Forgery = {
  readonly header?: Part;
  readonly payload: Part;
  readonly key: string | Uint8Array;
  readonly hash?: "sha256" | "sha384" | "sha512";
};

/** A compact JWS whose HMAC is right whatever its header and payload are: by hand, since libraries refuse to make these. */
export function forgeJws({ header = { alg: "HS256", typ: "JWT" }, payload, key, hash = "sha256" }: Forgery): string {
  const signed = `${encodePart(header)}.${encodePart(payload)}`;
  return `${signed}.${createHmac(hash, key).update(signed).digest("base64url")}`;
}

export function encodePart(part: Part): string {
  if (part instanceof Uint8Array) return Buffer.from(part).toString("base64url");
  return Buffer.from(typeof part === "string" ? part : JSON.stringify(part)).toString("base64url");
}
