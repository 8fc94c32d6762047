/** For a program that is a command of its own: its flags, its faults, its terminal. */
export { parseClock, parseFaultSeed, parseHost, parseKey, parseParameter, parsePort } from "./command/flag-values.ts";
export { type FlagNames, type Flags, readFlags, UsageError } from "./command/flags.ts";
export { EXIT_MISUSE, explainMisuse } from "./command/misuse.ts";
export { endOnSignal, makeTerminalObserver, outliveReaders } from "./command/terminal.ts";
