import { expect, it } from "vitest";
import { workAndDeadQueues } from "../support/queues.ts";

const bodies = (messages: readonly { readonly body: string }[]) => messages.map(({ body }) => body);

it("message-duplicated: a deleted message is received once more, and then never again", () => {
  const { work, faults, counters } = workAndDeadQueues();
  faults.set([{ kind: "message-duplicated", queue: "work" }]);
  const { id } = work.send({ body: "a" });
  for (const receive of [1, 2]) {
    const [message] = work.receive({ max: 10 });
    expect([message?.id, message?.receiveCount]).toEqual([id, receive]);
    work.delete(message?.receiptHandle ?? "");
  }
  expect(work.receive({ max: 10 })).toEqual([]);
  expect(counters.of("work")).toMatchObject({ sent: 1, deleted: 1 });
});

it("message-duplicated: the copy of a processed message is no dead letter", () => {
  const { work, dead, faults } = workAndDeadQueues({ deadLetters: { queue: "dead", maxReceiveCount: 1 } });
  faults.set([{ kind: "message-duplicated" }]);
  work.send({ body: "a" });
  const [message] = work.receive({ max: 10 });
  work.delete(message?.receiptHandle ?? "");
  expect(bodies(work.receive({ max: 10 }))).toEqual(["a"]);
  expect(dead.messages()).toEqual([]);
});

it("message-late: a message becomes visible later", () => {
  const { work, faults, scheduler } = workAndDeadQueues();
  faults.set([{ kind: "message-late", by: "1m", count: 1 }]);
  work.send({ body: "late" });
  work.send({ body: "in time" });
  expect(bodies(work.receive({ max: 10 }))).toEqual(["in time"]);
  scheduler.advance(60_000);
  expect(bodies(work.receive({ max: 10 }))).toContain("late");
});

it("messages-reordered: all messages come, in an order that the seed decides", () => {
  const sent = [..."abcdefgh"];
  const order = (seed: number) => {
    const { work, faults } = workAndDeadQueues();
    faults.set([{ kind: "messages-reordered" }], seed);
    for (const body of sent) work.send({ body });
    return bodies(work.receive({ max: 10 }));
  };
  expect(order(3)).toEqual(order(3));
  expect(order(3)).not.toEqual(sent);
  expect(order(3).toSorted()).toEqual(sent);
});
