import { createHmac, randomBytes } from "node:crypto";

const RANDOM_BYTES = 8;
const PROOF_BYTES = 5;

/** New in each process: an id of another run is as unknown as an invented one. */
const key = randomBytes(32);

/** Requests are numbered by 11 bytes in base64url with their padding: 16 characters, `EOrEaEuioAMEDFQ=`. */
export function requestId(): string {
  return base64(randomBytes(11));
}

/** Connections and messages have 13 bytes: 20 characters, `gbgHYy9RVQAYKEj2kA==`. */
export function connectionId(): string {
  const random = randomBytes(RANDOM_BYTES);
  return base64(Buffer.concat([random, proof(random)]));
}

/** The id of a message. It ends in the same ten characters as the connection's id. */
export function messageIdOn(connectionId: string): string {
  return base64(randomBytes(RANDOM_BYTES + PROOF_BYTES)).slice(0, -10) + connectionId.slice(-10);
}

/** True if a connection of this run has or had the id. The id proves it, so the gateway stores no ids. */
export function wasConnectionId(text: string): boolean {
  const bytes = Buffer.from(text, "base64url");
  const random = bytes.subarray(0, RANDOM_BYTES);
  return base64(Buffer.concat([random, proof(random)])) === text;
}

function proof(random: Buffer): Buffer {
  return createHmac("sha256", key).update(random).digest().subarray(0, PROOF_BYTES);
}

function base64(bytes: Buffer): string {
  const text = bytes.toString("base64url");
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}
