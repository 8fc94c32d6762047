import { InvalidEventPatternError } from "./invalid-event-pattern-error.ts";
import { wildcardComplexity } from "./wildcard-complexity.ts";

type TextMatcher = (value: unknown) => boolean;

const onText =
  (matches: (text: string) => boolean): TextMatcher =>
  (value) =>
    typeof value === "string" && matches(value);

export const prefix = (start: string): TextMatcher => onText((text) => text.startsWith(start));

export const suffix = (end: string): TextMatcher => onText((text) => text.endsWith(end));

export const equalsIgnoreCase = (wanted: string): TextMatcher =>
  onText((text) => text.toLowerCase() === wanted.toLowerCase());

export const prefixIgnoreCase = (start: string): TextMatcher =>
  onText((text) => text.toLowerCase().startsWith(start.toLowerCase()));

export const suffixIgnoreCase = (end: string): TextMatcher =>
  onText((text) => text.toLowerCase().endsWith(end.toLowerCase()));

/** `*` is any number of characters; `\*` and `\\` are themselves. Linear in the text: no regular expression to blow up. */
export function wildcard(pattern: string): TextMatcher {
  const [start = "", ...rest] = literalsOf(pattern);
  const end = rest.pop();
  if (end === undefined) return (value) => value === start;
  return onText((text) => {
    if (text.length < start.length + end.length || !text.startsWith(start) || !text.endsWith(end)) return false;
    return containsInOrder(text.slice(start.length, text.length - end.length), rest);
  });
}

function containsInOrder(text: string, literals: readonly string[]): boolean {
  let from = 0;
  for (const literal of literals) {
    const found = text.indexOf(literal, from);
    if (found < 0) return false;
    from = found + literal.length;
  }
  return true;
}

/**
 * PutRule refuses `*:*:*:*:*:event-bus/*`, of complexity 11, and takes one of 7 (recorded for localstack's tests of event
 * patterns). The limit between them is not published.
 */
const TOO_COMPLEX = 11;

/** The literal stretches between the wildcards. */
function literalsOf(pattern: string): string[] {
  if (/(?<!\\)(?:\\\\)*\*\*/.test(pattern)) throw new InvalidEventPatternError("Consecutive wildcard characters");
  const tokens = pattern.match(/\\[\s\S]?|[\s\S]/g) ?? [];
  const characters = tokens.map((token) => (token === "*" ? undefined : unescaped(token)));
  if (wildcardComplexity(characters) >= TOO_COMPLEX) {
    throw new InvalidEventPatternError(
      "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character",
    );
  }
  const literals = [""];
  for (const character of characters) {
    if (character === undefined) literals.push("");
    else literals.push(`${literals.pop()}${character}`);
  }
  return literals;
}

function unescaped(token: string): string {
  if (!token.startsWith("\\")) return token;
  if (token === "\\*" || token === "\\\\") return token.slice(1);
  throw new InvalidEventPatternError("Invalid escape character");
}
