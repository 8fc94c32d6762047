/** Shorter texts would be found by chance. */
const SHORTEST = 8;

/** The secret, the token and its segments, in every spelling in which a log or response could leak them. */
export function plantedTexts(secret: string, token: string): readonly string[] {
  const texts = new Set([secret, token, ...token.split(".")]);
  return [...texts].filter((text) => text.trim().length >= SHORTEST).flatMap(spellings);
}

/** The planted texts in an output, shortened for a failing test's report. Expected: none. */
export function leaksIn(output: string, planted: readonly string[]): readonly string[] {
  return planted.filter((text) => output.includes(text)).map((text) => text.slice(0, 40));
}

function spellings(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const url = encodeURIComponent(bytes.toString());
  return [text, JSON.stringify(text).slice(1, -1), url, bytes.toString("base64"), bytes.toString("base64url")];
}
