// @ts-check

/** What the caller of a command can mend, in one line for the terminal. */
export class Advice extends Error {}
