/** What XML 1.0 does not call a character: SQS refuses a body with one of these (API reference, SendMessage). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to escape
const NOT_FOR_SQS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

/** The text with each character that SQS refuses as JSON escapes it: of a JSON text, the same value. */
export function sqsText(text: string): string {
  return text.replace(NOT_FOR_SQS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
