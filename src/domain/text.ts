/** The length in bytes of UTF-8, in which DynamoDB limits keys. The text must be well-formed. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** C0, DEL, C1, and the line and paragraph separators: they break a log entry or hide in a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to keep out
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Non-blank, no lone surrogate (two of them share one DynamoDB key), no control character, at most `maxBytes`. */
export function isPlainText(value: unknown, maxBytes: number): value is string {
  return (
    typeof value === "string" &&
    value.length <= maxBytes &&
    value.trim() !== "" &&
    !LONE_SURROGATE.test(value) &&
    !CONTROL_CHARACTERS.test(value) &&
    utf8Length(value) <= maxBytes
  );
}
