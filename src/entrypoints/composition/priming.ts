import { withinDeadline } from "../../adapters/deadline.ts";
import { faultFields } from "../../application/fault-fields.ts";
import type { Logger } from "../../application/ports/logger.ts";

/** The longest time that a start waits. The first caller waits for it too. */
const MAX_MILLIS = 500;

/**
 * Runs tasks while Lambda initialises the function, all at once. A task that fails or hangs is no failure of the start:
 * it leaves a line in the log, and the first call does its work. Never rejects.
 */
export async function runBeforeFirstEvent(tasks: readonly (() => Promise<unknown>)[], logger: Logger): Promise<void> {
  const noteFailure = (error: unknown) => logger.warn("not primed", faultFields(error));
  const all = tasks.map((task) => task().catch(noteFailure));
  await withinDeadline(MAX_MILLIS, () => Promise.all(all)).catch(noteFailure);
}
