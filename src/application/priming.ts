/**
 * The longest time for all work before a function's first event, in milliseconds. The first caller waits for it. Each
 * task ends by itself within it, so that nothing is under way when Lambda freezes the process.
 */
export const PRIMING_MILLIS = 500;
