import { MalformedInputError } from "../../domain/errors.ts";
import { parseJson } from "../../domain/plain-object.ts";

/** The length of DynamoDB's longest keys in base64. */
const MAX_CURSOR_LENGTH = 6000;

/** Writes the last key of a page as text. The partition key is left out, because callers supply their own. */
export function writeCursor(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/**
 * Reads a cursor. Cursors pass through queues and callers, so one that this code cannot have written throws
 * MalformedInputError.
 */
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
