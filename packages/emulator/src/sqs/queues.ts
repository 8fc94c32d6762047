import { AwsError } from "../aws-json/aws-error.ts";
import type { Faults } from "../faults/faults.ts";
import type { Observe } from "../observer.ts";
import type { Scheduler } from "../scheduler.ts";
import { Queue } from "./queue.ts";
import { QueueMemory } from "./queue-memory.ts";
import type { QueueSettings } from "./queue-settings.ts";

/** All queues of the emulator, in the template's order. */
export type Queues = {
  readonly accountId: string;
  readonly region: string;
  readonly all: readonly Queue[];
  find(name: string): Queue | undefined;
  close(): void;
};

/** Throws on queues that SQS would refuse to create, and on kinds that are not emulated. */
export function makeQueues(deps: {
  readonly queues: readonly QueueSettings[];
  readonly accountId: string;
  readonly region: string;
  readonly scheduler: Scheduler;
  readonly observe: Observe;
  readonly faults: Faults;
  readonly memory?: QueueMemory;
}): Queues {
  const { accountId, region, scheduler, observe, faults, memory = new QueueMemory() } = deps;
  const byName = new Map<string, Queue>();
  const find = (name: string) => byName.get(name);
  for (const settings of deps.queues) {
    checkSettings(settings, deps.queues);
    const arn = `arn:aws:sqs:${region}:${accountId}:${settings.name}`;
    const deadLetterQueue = () => find(settings.deadLetters?.queue ?? "");
    byName.set(settings.name, new Queue(settings, { arn, scheduler, observe, faults, deadLetterQueue, memory }));
  }
  const all = [...byName.values()];
  return {
    accountId,
    region,
    all,
    find,
    close() {
      for (const queue of all) queue.close();
    },
  };
}

function checkSettings({ name, deadLetters }: QueueSettings, all: readonly QueueSettings[]): void {
  if (name.endsWith(".fifo")) throw new Error(`Queue ${name}: FIFO queues are not emulated`);
  if (!/^[\w-]{1,80}$/.test(name)) throw new Error(`Queue ${name}: not a name that SQS takes`);
  if (all.filter((other) => other.name === name).length > 1) throw new Error(`Queue ${name}: declared twice`);
  if (deadLetters === undefined) return;
  if (!all.some((other) => other.name === deadLetters.queue)) {
    throw new Error(`Queue ${name}: no queue is named ${deadLetters.queue}, its dead-letter queue`);
  }
  if (!(deadLetters.maxReceiveCount >= 1 && deadLetters.maxReceiveCount <= 1000)) {
    throw new Error(`Queue ${name}: maxReceiveCount must be 1 to 1000`);
  }
}

export function queueUrl(queues: Queues, queue: Queue, origin: string): string {
  return `${origin}/${queues.accountId}/${queue.settings.name}`;
}

/** The last segment of a URL names the queue. Host and account do not matter. */
export function queueAt(queues: Queues, url: string): Queue {
  const queue = queues.find(url.slice(url.lastIndexOf("/") + 1));
  if (queue !== undefined) return queue;
  throw new AwsError("QueueDoesNotExist", "The specified queue does not exist.", {
    queryCode: "AWS.SimpleQueueService.NonExistentQueue",
  });
}
