import { MAX_CALLBACK_BYTES, MAX_CORRELATION_ID_BYTES, MAX_ENTITY_ID_BYTES } from "./limits.ts";

/** A client subscribes to it, a publisher updates it: any non-blank text without control characters. */
export function isEntityId(text: string): boolean {
  return isPlainText(text, MAX_ENTITY_ID_BYTES);
}

/** The `id` of a client's message, repeated in its response. */
export function isCorrelationId(text: string): boolean {
  return isPlainText(text, MAX_CORRELATION_ID_BYTES);
}

/** The user id that tokens carry, byte for byte: covers UUIDs, e-mail addresses, Cognito's and Auth0's ids. */
export const USER_ID = /^[A-Za-z0-9_.@+=,|:~-]{1,128}$/;

/** An address that clients may open: no `javascript:`, no `data:`, no character that ends an attribute or a log entry. */
const CALLBACK = /^https:\/\/[^\s"<>\\^`{|}]+$/;

export function isCallback(text: string): boolean {
  return isPlainText(text, MAX_CALLBACK_BYTES) && CALLBACK.test(text);
}

/** C0, DEL, C1, and the line and paragraph separators: they break a log entry or hide in a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to keep out
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

const LONE_SURROGATE = /\p{Surrogate}/u;

function isPlainText(text: string, maxBytes: number): boolean {
  return (
    text.length <= maxBytes &&
    text.trim() !== "" &&
    !LONE_SURROGATE.test(text) &&
    !CONTROL_CHARACTERS.test(text) &&
    utf8Length(text) <= maxBytes
  );
}

/** Without TextEncoder, which is no part of the language: this file needs no platform. */
function utf8Length(wellFormed: string): number {
  return encodeURIComponent(wellFormed).replace(/%../g, "x").length;
}
