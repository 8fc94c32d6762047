/**
 * The largest number of beginnings of a wildcard pattern that one text can match at once: `*ab*ad` has 4, since `aba`
 * matches `*`, `*a`, `*ab*` and `*ab*a`. event-ruler's MachineComplexityEvaluator counts so, for a single pattern.
 * `tokens` are characters, and `undefined` for each wildcard.
 */
export function wildcardComplexity(tokens: readonly (string | undefined)[]): number {
  const alphabet = new Set(tokens);
  // The empty string represents every character that is not in the pattern.
  alphabet.add("");
  const seen = new Set<string>();
  const waiting = [reachable(tokens, [0])];
  let most = 0;
  for (let ends = waiting.pop(); ends !== undefined; ends = waiting.pop()) {
    const key = ends.join();
    if (seen.has(key)) continue;
    seen.add(key);
    // Position 0 is the empty beginning, for which event-ruler has no state.
    most = Math.max(most, ends.filter((end) => end > 0).length);
    if (most >= MAX_COUNTED || seen.size >= MAX_SETS) return MAX_COUNTED;
    for (const character of alphabet) if (character !== undefined) waiting.push(step(tokens, ends, character));
  }
  return most;
}

const MAX_COUNTED = 100;

/** A pattern with more states than this counts as too complex. */
const MAX_SETS = 10_000;

/** The new ends of the beginnings at `ends`, one character later. */
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
