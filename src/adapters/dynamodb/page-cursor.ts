import { MalformedInputError } from "../../domain/errors.ts";
import { parseJson } from "../../domain/plain-object.ts";

/** DynamoDB's longest keys, in base64. */
const MAX_CURSOR_LENGTH = 6000;

/** Where a query goes on, as text: the parts of the last key. The partition is no part of it: callers name their own. */
export function writeCursor(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/** Cursors travel through queues and callers' hands: one that cannot be ours throws MalformedInputError. */
export function readCursor(cursor: string, partCount: number): readonly string[] {
  const parts = cursor.length <= MAX_CURSOR_LENGTH ? parseJson(Buffer.from(cursor, "base64url").toString()) : undefined;
  if (!isTextList(parts) || parts.length !== partCount || writeCursor(parts) !== cursor) {
    throw new MalformedInputError("MALFORMED_CURSOR");
  }
  return parts;
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((part) => typeof part === "string" && part !== "");
}
