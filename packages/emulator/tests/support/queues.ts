import { Faults } from "../../src/faults/faults.ts";
import type { Queue } from "../../src/sqs/queue.ts";
import { QueueCounters } from "../../src/sqs/queue-counters.ts";
import { type QueueSettings, queueSettings } from "../../src/sqs/queue-settings.ts";
import { makeQueues, type Queues } from "../../src/sqs/queues.ts";
import { ManualScheduler } from "./manual-scheduler.ts";

export type QueuesUnderTest = {
  readonly scheduler: ManualScheduler;
  readonly queues: Queues;
  readonly work: Queue;
  readonly dead: Queue;
  readonly counters: QueueCounters;
  readonly faults: Faults;
};

/** A queue `work`, whose messages move to `dead` after three receives. */
export function workAndDeadQueues(settings: Partial<QueueSettings> = {}): QueuesUnderTest {
  const scheduler = new ManualScheduler();
  const counters = new QueueCounters();
  const faults = new Faults({ seed: 1 });
  const queues = makeQueues({
    queues: [
      queueSettings({ name: "work", deadLetters: { queue: "dead", maxReceiveCount: 3 }, ...settings }),
      queueSettings({ name: "dead", retentionSeconds: 14 * 24 * 3600 }),
    ],
    accountId: "123456789012",
    region: "us-east-1",
    scheduler,
    observe: counters.observe,
    faults,
  });
  return { scheduler, queues, counters, faults, work: named(queues, "work"), dead: named(queues, "dead") };
}

function named(queues: Queues, name: string): Queue {
  const queue = queues.find(name);
  if (queue === undefined) throw new Error(`no queue ${name}`);
  return queue;
}

/** Lets all work run that waits for its turn in the event loop, not for time. */
export function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
