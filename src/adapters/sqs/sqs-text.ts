/** Not a character in XML 1.0: SQS refuses a body that has one of them (API reference, SendMessage). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to escape
const NOT_FOR_SQS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

/** Writes each character that SQS refuses as a JSON escape: a JSON text keeps its value. */
export function sqsText(text: string): string {
  return text.replace(NOT_FOR_SQS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
