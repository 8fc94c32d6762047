// @ts-check

/** A problem that the caller of a command can solve, in one line for the terminal. */
export class Advice extends Error {}
