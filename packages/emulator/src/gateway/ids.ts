import { hash, randomBytes } from "node:crypto";
import { randomPart } from "../random-pool.ts";

const RANDOM_BYTES = 8;
const PROOF_BYTES = 5;

const KEY_BYTES = 32;

/** The key, new in each process: an id of another run is as unknown as an invented one. A random part follows it. */
const proven = Buffer.concat([randomBytes(KEY_BYTES), Buffer.alloc(RANDOM_BYTES)]);

/** Requests are numbered by 11 bytes in base64url with their padding: 16 characters, `EOrEaEuioAMEDFQ=`. */
export function requestId(): string {
  return `${randomPart(11).toString("base64url")}=`;
}

/** Connections and messages have 13 bytes: 20 characters, `gbgHYy9RVQAYKEj2kA==`. */
export function connectionId(): string {
  return withProof(randomPart(RANDOM_BYTES));
}

/** The id of a message. It ends in the same ten characters as the connection's id. */
export function messageIdOn(connectionId: string): string {
  return randomPart(RANDOM_BYTES).toString("base64url").slice(0, 10) + connectionId.slice(-10);
}

/** True if a connection of this run has or had the id. The id proves it, so the gateway stores no ids. */
export function wasConnectionId(text: string): boolean {
  if (text.length !== ID_CHARACTERS) return false;
  return withProof(Buffer.from(text, "base64url").subarray(0, RANDOM_BYTES)) === text;
}

const ID_CHARACTERS = 20;

/**
 * A random part and its proof. The proof is a hash behind a secret key, and not an HMAC, which takes eight times as
 * long: what an HMAC prevents is a longer message, and all random parts are of one length.
 */
function withProof(random: Buffer): string {
  proven.set(random, KEY_BYTES);
  const digest = hash("sha256", proven, "hex");
  const id = Buffer.allocUnsafe(RANDOM_BYTES + PROOF_BYTES);
  id.set(random);
  id.write(digest, RANDOM_BYTES, PROOF_BYTES, "hex");
  return `${id.toString("base64url")}==`;
}
