import { describe, expect, it } from "vitest";
import { DependencyUnavailableError } from "../../src/application/errors.ts";
import type { DeadLetters, DeliveryQueue } from "../../src/application/ports/delivery-queue.ts";
import type { Delivery } from "../../src/domain/notification/delivery.ts";
import { entityUpdate, freshDelivery, recipients, userPush } from "../support/notifications.ts";

export type DeliveryQueueSubject = {
  readonly queue: DeliveryQueue & DeadLetters;
  readonly deferred: () => readonly { readonly delivery: Delivery; readonly delaySeconds: number }[];
  readonly dead: () => readonly { readonly delivery: Delivery; readonly reason: string }[];
  readonly unread: () => readonly { readonly body: string; readonly reason: string }[];
  readonly breakDown: () => void;
};

const DELIVERIES: readonly (readonly [string, Delivery])[] = [
  ["a whole audience", freshDelivery(entityUpdate())],
  ["an audience from a page on", { notification: entityUpdate(), to: { page: "p#2" }, attempt: 2 }],
  ["recipients", { notification: userPush(), to: { recipients: recipients(3) }, attempt: 5 }],
];

/** Every sentence of the comments of both ports. */
export function describeDeliveryQueue(makeSubject: () => DeliveryQueueSubject): void {
  it.each(DELIVERIES)("defers %s as it is, for as long as it is told", async (_what, delivery) => {
    const subject = makeSubject();
    await subject.queue.defer(delivery, 45);
    expect(subject.deferred()).toEqual([{ delivery, delaySeconds: 45 }]);
  });

  it.each(DELIVERIES)(
    "puts %s aside with its reason, to be moved back with all its attempts",
    async (_what, delivery) => {
      const subject = makeSubject();
      await subject.queue.undeliverable(delivery, "ATTEMPTS_EXHAUSTED");
      expect(subject.dead()).toEqual([{ delivery: { ...delivery, attempt: 0 }, reason: "ATTEMPTS_EXHAUSTED" }]);
    },
  );

  it("puts aside to the byte what nobody understood", async () => {
    const subject = makeSubject();
    const body = '{"detail":"<é€\u{1f600}>", "x":  1}\n';
    await subject.queue.unreadable(body, "MALFORMED_EVENT");
    expect(subject.unread()).toEqual([{ body, reason: "MALFORMED_EVENT" }]);
  });

  describe("when it is down", () => {
    const calls: readonly (readonly [string, (queue: DeliveryQueue & DeadLetters) => Promise<void>])[] = [
      ["defer", (queue) => queue.defer(freshDelivery(entityUpdate()), 0)],
      ["undeliverable", (queue) => queue.undeliverable(freshDelivery(entityUpdate()), "TOO_OLD")],
      ["unreadable", (queue) => queue.unreadable("x", "MALFORMED_EVENT")],
    ];

    it.each(calls)("%s says so", async (_name, call) => {
      const subject = makeSubject();
      subject.breakDown();
      await expect(call(subject.queue)).rejects.toThrow(new DependencyUnavailableError("DELIVERY_QUEUE"));
    });
  });
}
