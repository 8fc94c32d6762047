import type { Delivery, UndeliverableReason } from "../../../src/domain/notification/delivery.ts";
import { RecordingDeliveryQueue } from "../../fakes/recording-delivery-queue.ts";
import { rewritingData } from "../../support/notifications.ts";
import type { DeliveryQueueSubject } from "../delivery-queue.contract.ts";
import type { Mutant } from "../describe-mutants.ts";
import { downThrough, type Flaws } from "./down-through.ts";

type Unreadable = Parameters<RecordingDeliveryQueue["addRawMessage"]>;

class Hurrying extends RecordingDeliveryQueue {
  override defer(delivery: Delivery): Promise<void> {
    return super.defer(delivery, 0);
  }
}

class RewritingData extends RecordingDeliveryQueue {
  override defer(delivery: Delivery, delaySeconds: number): Promise<void> {
    return super.defer({ ...delivery, notification: rewritingData(delivery.notification) }, delaySeconds);
  }
  override addDelivery(delivery: Delivery, reason: UndeliverableReason): Promise<void> {
    return super.addDelivery({ ...delivery, notification: rewritingData(delivery.notification) }, reason);
  }
}

class CountingOn extends RecordingDeliveryQueue {
  override async addDelivery(delivery: Delivery, reason: UndeliverableReason): Promise<void> {
    this.dead.push({ delivery, reason });
  }
}

class WithoutReasonAside extends RecordingDeliveryQueue {
  override addDelivery(delivery: Delivery): Promise<void> {
    return super.addDelivery(delivery, "TOO_OLD");
  }
}

class Tidying extends RecordingDeliveryQueue {
  override addRawMessage(...[body, reason]: Unreadable): Promise<void> {
    return super.addRawMessage(body.trim(), reason);
  }
}

class WithoutReason extends RecordingDeliveryQueue {
  override addRawMessage(...[body]: Unreadable): Promise<void> {
    return super.addRawMessage(body, "MALFORMED_RECORD");
  }
}

class DroppingWhatIsLarge extends RecordingDeliveryQueue {
  override async addRawMessage(...[body, reason]: Unreadable): Promise<void> {
    if (body.length < 256 * 1024) await super.addRawMessage(body, reason);
  }
}

class ReplacingWhatIsOdd extends RecordingDeliveryQueue {
  override addRawMessage(...[body, reason]: Unreadable): Promise<void> {
    return super.addRawMessage(body.replaceAll(/[\ufffe\uffff]/g, "\ufffd"), reason);
  }
}

type MakeSubject = () => DeliveryQueueSubject;

function of(Queue: new () => RecordingDeliveryQueue, flaws?: Flaws): MakeSubject {
  return () => {
    const queue = new Queue();
    let broken: RecordingDeliveryQueue | undefined;
    return {
      get queue() {
        return broken ?? queue;
      },
      deferred: () => queue.deferred,
      dead: () => queue.dead,
      unread: () => queue.unread,
      breakDown: (outage) => {
        broken = downThrough(queue, "DELIVERY_QUEUE", flaws)(outage);
      },
    };
  };
}

export const deliveryQueueMutants: readonly Mutant<MakeSubject>[] = [
  ["defers without a delay", of(Hurrying), ["for the given time"]],
  ["parses data and writes it anew", of(RewritingData), ["defers data unchanged", "dead-letters data with its reason"]],
  ["keeps the attempt count", of(CountingOn), ["dead-letters an audience from", "dead-letters recipients"]],
  ["gives every delivery one reason", of(WithoutReasonAside), ["with its reason, to be moved back"]],
  ["rewrites an unreadable body", of(Tidying), ["byte for byte"]],
  ["gives its own reason", of(WithoutReason), ["byte for byte", "of any size"]],
  ["drops large messages", of(DroppingWhatIsLarge), ["of any size"]],
  ["replaces odd characters", of(ReplacingWhatIsOdd), ["of any characters"]],
  ["throws what its client throws", of(RecordingDeliveryQueue, { raw: true }), ["fault:L1 fails"]],
  ["has no time limit", of(RecordingDeliveryQueue, { unlimited: true }), ["fault:L1 hangs"]],
];

export const rightDeliveryQueues: Readonly<Record<string, MakeSubject>> = {
  "the fake": of(RecordingDeliveryQueue),
};
