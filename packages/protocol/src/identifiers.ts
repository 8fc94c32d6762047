import { MAX_CALLBACK_BYTES, MAX_CORRELATION_ID_BYTES, MAX_ENTITY_ID_BYTES, MAX_REASON_BYTES } from "./limits.ts";

/**
 * True for the id of an entity, to which clients subscribe and which publishers update: any non-blank text without
 * control characters.
 */
export function isEntityId(text: string): boolean {
  return isPlainText(text, MAX_ENTITY_ID_BYTES);
}

/** The verbs of grants, with the colon that ends them. A pattern that began so would be a whole grant by mistake. */
const VERB = /^(?:subscribe|publish|history|presence|inbox):/;

/** True for the pattern of an admin event: the id of an entity, or the beginning of ids and a trailing `*`. */
export function isEntityPattern(text: string): boolean {
  return isEntityId(text) && !text.slice(0, -1).includes("*") && !VERB.test(text);
}

/** True for the `id` of a client's message, which its response repeats. */
export function isCorrelationId(text: string): boolean {
  return isPlainText(text, MAX_CORRELATION_ID_BYTES);
}

/** True for the `client` of a `resume`: it stands in the log. */
export const CLIENT_NAME = /^[!-~](?:[ -~]{0,62}[!-~])?$/;

/** True for the reason that an administrator states. */
export function isReason(text: string): boolean {
  return isPlainText(text, MAX_REASON_BYTES);
}

/**
 * The user id of a token, byte for byte. The pattern covers UUIDs, e-mail addresses, and the ids of Cognito and Auth0.
 */
export const USER_ID = /^[A-Za-z0-9_.@+=,|:~-]{1,128}$/;

/**
 * An address that clients may open: no `javascript:`, no `data:`, and no character that ends an attribute or a log
 * entry.
 */
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

/** Counts without TextEncoder, which is not part of the language: this file needs no platform. */
function utf8Length(wellFormed: string): number {
  return encodeURIComponent(wellFormed).replace(/%../g, "x").length;
}
