import type { Observer } from "../observer.ts";
import { makeEventPrinter } from "../printing/event-printer.ts";
import { makeFramePrinter } from "../printing/frame-printer.ts";

/**
 * Ignores errors of the output. A terminal or pipe may close at any time; without a listener this would end the emulator
 * with every socket.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}

/**
 * Ends the emulator on a signal. The same signal may come twice, from the terminal and through npm: the second one must
 * not interrupt the close frames.
 */
export function endOnSignal(running: { close(): Promise<void> }): void {
  let isEnding = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (!isEnding) void running.close().finally(() => process.exit(0));
      isEnding = true;
    });
  }
}

/** An observer that tells `warn` the events that a developer must know, and with `frames` tells `print` each frame. */
export function makeTerminalObserver({
  frames = false,
  warn,
  print,
}: {
  readonly frames?: boolean | undefined;
  readonly warn: (line: string) => void;
  readonly print: (line: string) => void;
}): Observer {
  const observers = [makeEventPrinter(warn), ...(frames ? [makeFramePrinter(print)] : [])];
  return (event) => {
    for (const observer of observers) observer(event);
  };
}
