import { withinDeadline } from "../../adapters/deadline.ts";
import { faultFields } from "../../application/fault-fields.ts";
import type { Logger } from "../../application/ports/logger.ts";
import { PRIMING_MILLIS } from "../../application/priming.ts";

/**
 * Runs tasks while Lambda initialises the function, all at once. A task that fails or hangs is no failure of the start:
 * it leaves a line in the log, and the first call does its work. Never rejects.
 */
export async function runBeforeFirstEvent(tasks: readonly (() => unknown)[], logger: Logger): Promise<void> {
  const noteFailure = (error: unknown) => logger.warn("not primed", faultFields(error));
  const all = tasks.map(async (task) => task()).map((running) => running.catch(noteFailure));
  await withinDeadline(PRIMING_MILLIS, () => Promise.all(all)).catch(noteFailure);
}
