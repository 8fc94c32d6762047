import type { UnendedReason } from "../../domain/connection/ending-task.ts";

type EndingOutcome =
  /** `continued`: a later invocation goes on. `under-way`: another task ends the same connections. */
  | { readonly kind: "completed" | "continued" | "under-way" }
  | { readonly kind: "dead-lettered"; readonly reason: UnendedReason };

/** Counts connections, for the log. */
export type EndingReport = {
  readonly outcome: EndingOutcome;
  /** Closed in this invocation, those included that were gone. */
  readonly ended: number;
  readonly gone: number;
  /** Named in a task for a later invocation. */
  readonly deferred: number;
  readonly deadLettered: number;
  /** Requests that the gateway refused because of their rate. */
  readonly throttled: number;
};

export type EndingTally = { -readonly [Count in keyof Omit<EndingReport, "outcome">]: number };

export function newEndingTally(): EndingTally {
  return { ended: 0, gone: 0, deferred: 0, deadLettered: 0, throttled: 0 };
}
