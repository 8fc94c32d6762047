/**
 * How many beginnings of a wildcard pattern one text can match at once, at worst: `*ab*ad` has 4, as `aba` matches `*`,
 * `*a`, `*ab*` and `*ab*a`. It is what event-ruler's MachineComplexityEvaluator counts, of one pattern alone.
 * `tokens` are characters, and `undefined` for each wildcard.
 */
export function wildcardComplexity(tokens: readonly (string | undefined)[]): number {
  const alphabet = new Set(tokens);
  // Any character that stands nowhere in the pattern.
  alphabet.add("");
  const seen = new Set<string>();
  const waiting = [reachable(tokens, [0])];
  let most = 0;
  for (let ends = waiting.pop(); ends !== undefined; ends = waiting.pop()) {
    const key = ends.join();
    if (seen.has(key)) continue;
    seen.add(key);
    // Position 0 is the beginning without a character, which no event-ruler state stands for.
    most = Math.max(most, ends.filter((end) => end > 0).length);
    if (most >= MAX_COUNTED || seen.size >= MAX_SETS) return MAX_COUNTED;
    for (const character of alphabet) if (character !== undefined) waiting.push(step(tokens, ends, character));
  }
  return most;
}

const MAX_COUNTED = 100;

/** A pattern that can be in more states than this is too complex, whatever the count. */
const MAX_SETS = 10_000;

/** Where beginnings that ended at `ends` end one character later. */
function step(tokens: readonly (string | undefined)[], ends: readonly number[], character: string): number[] {
  return reachable(
    tokens,
    ends.flatMap((end) => [
      ...(end > 0 && tokens[end - 1] === undefined ? [end] : []),
      ...(tokens[end] === character ? [end + 1] : []),
    ]),
  );
}

/** A wildcard may also match nothing. */
function reachable(tokens: readonly (string | undefined)[], ends: readonly number[]): number[] {
  const all = new Set<number>();
  for (let end of ends) {
    all.add(end);
    while (end < tokens.length && tokens[end] === undefined) all.add(++end);
  }
  return [...all].sort((one, other) => one - other);
}
