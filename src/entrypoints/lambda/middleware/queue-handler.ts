import { eventIdOf } from "../../../adapters/sqs/events/queued-event.ts";
import type { QueuedMessage } from "../../../adapters/sqs/events/sqs-event.ts";
import { faultFields } from "../../../application/fault-fields.ts";
import type { DeadLetters } from "../../../application/ports/delivery-queue.ts";
import type { LogFields, Logger } from "../../../application/ports/logger.ts";
import type { Clock } from "../../../application/ports/system.ts";
import type { Deliver } from "../../../application/push/notify.ts";
import type { Delivery } from "../../../domain/notification/delivery.ts";
import type { EpochMillis } from "../../../domain/time.ts";
import { lambdaHandler } from "./lambda-handler.ts";
import { parseBody } from "./parse-body.ts";
import { type ProcessMessage, processBatch } from "./queue-batch.ts";

/** The services that a queue's handler needs, whatever its messages are. */
export type QueueServices = {
  readonly deliver: Deliver;
  readonly deadLetters: DeadLetters;
  readonly clock: Clock;
  readonly logger: Logger;
};

export type QueueHandling = QueueServices & {
  readonly name: string;
  /** Throws MalformedInputError. */
  readonly parse: (body: string) => Delivery;
};

/** A function that a queue invokes with messages in batches. */
export function queueHandler(handling: QueueHandling) {
  return lambdaHandler({
    name: handling.name,
    logger: handling.logger,
    handle: async (event, log, context) => {
      const process: ProcessMessage = (message, deadline) => processMessage(message, deadline, handling);
      return processBatch(event, process, { log, context, clock: handling.clock });
    },
    onFault: () => new Error("BatchFailed"),
  });
}

/** True if the message can be deleted from the queue. */
async function processMessage(
  message: QueuedMessage,
  deadline: EpochMillis,
  handling: QueueHandling,
): Promise<boolean> {
  const { name, parse, deadLetters, logger } = handling;
  const { body, messageId, queue } = message;
  let about: LogFields = { function: name, queue, messageId };
  try {
    const parsed = parseBody(body, parse);
    if (parsed.kind === "malformed") {
      const { reason } = parsed;
      const notificationId = eventIdOf(body);
      about = { ...about, ...(notificationId !== undefined && { notificationId }) };
      await deadLetters.addRawMessage(body, reason);
      logger.warn("put aside", { ...about, outcome: "dead-lettered", reason, deadLettered: 1 });
    } else {
      about = { ...about, ...fieldsOf(parsed.value) };
      await processDelivery(parsed.value, deadline, about, handling);
    }
    return true;
  } catch (thrown) {
    logger.warn("message left in the queue", { ...about, outcome: "returned", ...faultFields(thrown) });
    return false;
  }
}

async function processDelivery(
  delivery: Delivery,
  deadline: EpochMillis,
  about: LogFields,
  { deliver, clock, logger }: QueueHandling,
): Promise<void> {
  const ageMs = clock.now() - delivery.notification.publishedAt;
  const { outcome, unreached, ...counts } = await deliver(delivery, deadline);
  const { delivered, gone, expired, deferred, deadLettered } = counts;
  const recipients = delivered + gone + expired + deferred + deadLettered;
  const fields = { ...about, ageMs, recipients, ...counts, ...(unreached.length > 0 && { unreached }) };
  if (outcome.kind === "dead-lettered") {
    logger.warn("put aside", { ...fields, outcome: outcome.kind, reason: outcome.reason });
  } else if (deadLettered > 0) logger.warn("delivery", { ...fields, outcome: outcome.kind });
  else logger.info("delivery", { ...fields, outcome: outcome.kind });
}

/** The ids of the event and of its user or entity. */
function fieldsOf({ notification, attempt }: Delivery): LogFields {
  const { id: notificationId } = notification;
  const subject =
    notification.kind === "user-push" ? { userId: notification.userId } : { entityId: notification.entityId };
  return { notificationId, attempt, ...subject };
}
