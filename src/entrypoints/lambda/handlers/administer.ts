import { parseScheduledEvent } from "../../../adapters/eventbridge/events/scheduled-event.ts";
import { parseQueuedEnding, type QueuedEnding } from "../../../adapters/sqs/events/queued-ending.ts";
import { eventIdOf } from "../../../adapters/sqs/events/queued-event.ts";
import type { QueuedMessage, SqsBatchResponse } from "../../../adapters/sqs/events/sqs-event.ts";
import type { CarryOut } from "../../../application/endings/carry-out.ts";
import type { CollectEnds } from "../../../application/endings/collect-ends.ts";
import { faultFields } from "../../../application/fault-fields.ts";
import type { DeadLetters } from "../../../application/ports/delivery-queue.ts";
import type { LogFields, Logger } from "../../../application/ports/logger.ts";
import type { Clock } from "../../../application/ports/system.ts";
import type { EpochMillis } from "../../../domain/time.ts";
import type { InvocationLog } from "../middleware/invocation-log.ts";
import { lambdaHandler } from "../middleware/lambda-handler.ts";
import { parseBody } from "../middleware/parse-body.ts";
import { type ProcessMessage, processBatch } from "../middleware/queue-batch.ts";

export type AdministerServices = {
  readonly carryOut: CarryOut;
  readonly collectEnds: CollectEnds;
  readonly deadLetters: Pick<DeadLetters, "addRawMessage">;
  readonly clock: Clock;
  readonly logger: Logger;
};

const NAME = "Administer";

/**
 * Invoked each minute by a schedule, and by the administrators' queue in batches. A failed run of the schedule is an
 * error, so that Lambda repeats it. A failed message changes nothing for the others of its batch.
 */
export function administerHandler(services: AdministerServices) {
  return lambdaHandler<SqsBatchResponse | undefined>({
    name: NAME,
    logger: services.logger,
    handle: async (event, log, context) => {
      const scheduledAt = parseScheduledEvent(event);
      if (scheduledAt !== undefined) return collect(scheduledAt, log, services);
      const process: ProcessMessage = (message, deadline) => processMessage(message, deadline, services);
      return processBatch(event, process, { log, context, clock: services.clock });
    },
    onFault: () => new Error("AdministerFailed"),
  });
}

/** Without an outcome the log entry is no metric: a stack with nobody on it would pay for one each month. */
async function collect(at: EpochMillis, log: InvocationLog, { collectEnds }: AdministerServices): Promise<undefined> {
  const { tasks, recipients } = await collectEnds(at);
  log.add(tasks > 0 ? { outcome: "collected", tasks, recipients } : { tasks });
}

/** True if the message can be deleted from the queue. */
async function processMessage(
  message: QueuedMessage,
  deadline: EpochMillis,
  services: AdministerServices,
): Promise<boolean> {
  const { deadLetters, logger } = services;
  const { body, messageId, queue } = message;
  let about: LogFields = { function: NAME, queue, messageId };
  try {
    const parsed = parseBody(body, parseQueuedEnding);
    if (parsed.kind === "parsed") {
      about = { ...about, ...parsed.value.fields };
      await carryOut(parsed.value, message, { deadline, about, services });
    } else {
      const { reason } = parsed;
      const eventId = eventIdOf(body);
      about = { ...about, ...(eventId !== undefined && { eventId }) };
      await deadLetters.addRawMessage(body, reason);
      logger.warn("put aside", { ...about, outcome: "dead-lettered", reason, deadLettered: 1 });
    }
    return true;
  } catch (thrown) {
    logger.warn("message left in the queue", { ...about, outcome: "returned", ...faultFields(thrown) });
    return false;
  }
}

async function carryOut(
  { task }: QueuedEnding,
  { receives }: QueuedMessage,
  run: { readonly deadline: EpochMillis; readonly about: LogFields; readonly services: AdministerServices },
): Promise<void> {
  const { logger } = run.services;
  const toCarryOut = { task, deadline: run.deadline, isRepeated: receives > 1 };
  const { outcome, ...counts } = await run.services.carryOut(toCarryOut);
  const fields = { ...run.about, ...counts, outcome: outcome.kind };
  if (task.part.kind === "event") logger.info("admin event", fields);
  if (outcome.kind === "dead-lettered") logger.warn("put aside", { ...fields, reason: outcome.reason });
  else if (task.part.kind !== "event") logger.info("ending", fields);
}
