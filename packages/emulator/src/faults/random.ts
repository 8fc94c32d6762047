/** Numbers from 0 to 1 (excluded) that depend on the seed alone: the same seed gives the same faults. */
export function seededRandom(seed: number): () => number {
  // Mulberry32: 32 bits of state are enough for a choice among faults.
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
