import { expect } from "vitest";
import type { DeadLetters, DeliveryQueue } from "../../src/application/ports/delivery-queue.ts";
import type { Delivery } from "../../src/domain/notification/delivery.ts";
import { entityUpdate, freshDelivery, named, rawJson, recipients, userPush } from "../support/notifications.ts";
import { describeOutages, type Outage } from "./outages.ts";
import { type Suite, VITEST } from "./suite.ts";

export type DeliveryQueueSubject = {
  readonly queue: DeliveryQueue & DeadLetters;
  readonly deferred: () => readonly { readonly delivery: Delivery; readonly delaySeconds: number }[];
  readonly dead: () => readonly { readonly delivery: Delivery; readonly reason: string }[];
  readonly unread: () => readonly { readonly body: string; readonly reason: string }[];
  readonly breakDown: (outage: Outage) => void;
};

const DELIVERIES: readonly (readonly [string, Delivery])[] = [
  ["a whole audience", freshDelivery(entityUpdate())],
  ["an audience from a later page", { notification: entityUpdate(), to: { page: "p#2" }, attempt: 2 }],
  ["data", freshDelivery({ ...entityUpdate(), data: rawJson('{"b" : 1.0,\r\n"10":1e400,"b":"\\ud800é\u{1f600}"}') })],
  ["recipients", { notification: userPush(), to: { recipients: named(recipients(3)) }, attempt: 5 }],
];

/** Every sentence of the comments of both ports. */
export function describeDeliveryQueue(makeSubject: () => DeliveryQueueSubject, suite: Suite = VITEST): void {
  const { it } = suite;

  it.each(DELIVERIES)("defers %s unchanged, for the given time", async (_what, delivery) => {
    const subject = makeSubject();
    await subject.queue.defer(delivery, 45);
    expect(subject.deferred()).toEqual([{ delivery, delaySeconds: 45 }]);
  });

  it.each(DELIVERIES)(
    "dead-letters %s with its reason, to be moved back with all its attempts",
    async (_what, delivery) => {
      const subject = makeSubject();
      await subject.queue.addDelivery(delivery, "ATTEMPTS_EXHAUSTED");
      expect(subject.dead()).toEqual([{ delivery: { ...delivery, attempt: 0 }, reason: "ATTEMPTS_EXHAUSTED" }]);
    },
  );

  it("dead-letters an unreadable body byte for byte", async () => {
    const subject = makeSubject();
    const body = '{"detail":"<é€\u{1f600}>", "x":  1}\n';
    await subject.queue.addRawMessage(body, "MALFORMED_EVENT");
    expect(subject.unread()).toEqual([{ body, reason: "MALFORMED_EVENT" }]);
  });

  it("dead-letters a message of any size, with its reason", async () => {
    const subject = makeSubject();
    const body = "x".repeat(1024 * 1024 - 16);
    await subject.queue.addRawMessage(body, "MALFORMED_EVENT");
    const [kept] = subject.unread();
    expect(kept?.reason).toBe("MALFORMED_EVENT");
    expect(body.startsWith(kept?.body ?? "nothing")).toBe(true);
    expect(kept?.body.length).toBeGreaterThanOrEqual(body.length - 200);
  });

  it("dead-letters a message of any characters, as they are or escaped as in JSON", async () => {
    const subject = makeSubject();
    await subject.queue.addRawMessage("a\u0000b\ufffe\uffff", "MALFORMED_EVENT");
    const escaped = subject.unread().map(({ body }) => body.replace(/[^a-z\\\d]/g, (odd) => unicodeEscape(odd)));
    expect(escaped).toEqual(["a\\u0000b\\ufffe\\uffff"]);
  });

  describeOutages<DeliveryQueue & DeadLetters>(
    suite,
    (outage) => {
      const subject = makeSubject();
      subject.breakDown(outage);
      return subject.queue;
    },
    "DELIVERY_QUEUE",
    {
      defer: (queue) => queue.defer(freshDelivery(entityUpdate()), 0),
      undeliverable: (queue) => queue.addDelivery(freshDelivery(entityUpdate()), "TOO_OLD"),
      unreadable: (queue) => queue.addRawMessage("x", "MALFORMED_EVENT"),
    },
  );
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
