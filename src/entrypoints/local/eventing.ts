import { createEventBus } from "./eventbridge/event-bus.ts";
import { makeEventBridgeService } from "./eventbridge/eventbridge-service.ts";
import type { Rule } from "./eventbridge/rule.ts";
import type { HttpService } from "./http/http-service.ts";
import type { Scheduler } from "./scheduler.ts";
import { startEventSourceMapping } from "./sqs/event-source-mapping.ts";
import { makeQueueReport } from "./sqs/queue-report.ts";
import { type QueueSettings, queueSettings } from "./sqs/queue-settings.ts";
import { createQueues } from "./sqs/queues.ts";
import type { SqsEvent } from "./sqs/sqs-event.ts";
import { makeSqsService } from "./sqs/sqs-service.ts";

/** What the template declares between a publisher and the functions. */
export type EventingDescription = {
  readonly queues: readonly (Partial<QueueSettings> & Pick<QueueSettings, "name">)[];
  readonly rules: readonly Rule[];
  readonly eventSourceMappings: readonly {
    readonly functionName: string;
    readonly queue: string;
    readonly batchSize: number;
    readonly batchingWindowSeconds: number;
    readonly maximumConcurrency?: number;
    readonly reportBatchItemFailures: boolean;
  }[];
};

export type Eventing = {
  /** EventBridge, SQS and the report on the queues. */
  readonly services: readonly HttpService[];
  /** Ends polls, long ones too; resolves when the invocations under way have ended. */
  stop(): Promise<void>;
};

/** As many batches as Lambda begins with, where the template sets no limit. */
const DEFAULT_CONCURRENCY = 5;

/** Bus, rules, queues and their pollers, running. Throws on a description that cannot work. */
export function startEventing(deps: {
  readonly description: EventingDescription;
  readonly accountId: string;
  readonly region: string;
  readonly scheduler: Scheduler;
  /** Rejects for whatever makes Lambda's invocation fail, a timeout included, and always settles. */
  readonly invoke: (functionName: string, event: SqsEvent) => Promise<unknown>;
  /** A line for the terminal: of an event that reached nobody. */
  readonly note: (line: string) => void;
}): Eventing {
  const { description, scheduler } = deps;
  const queues = createQueues({ ...deps, queues: description.queues.map(queueSettings) });
  const eventBus = createEventBus({ rules: description.rules, queues, note: deps.note });
  const mappings = description.eventSourceMappings.map(({ functionName, queue: name, ...mapping }) => {
    const queue = queues.find(name);
    if (queue === undefined) throw new Error(`Function ${functionName}: no queue is named ${name}`);
    const invoke = (event: SqsEvent) => deps.invoke(functionName, event);
    return { maximumConcurrency: DEFAULT_CONCURRENCY, ...mapping, queue, invoke };
  });
  const pollers = mappings.map((mapping) => startEventSourceMapping(mapping, scheduler));
  const stopping = new AbortController();
  return {
    services: [
      makeEventBridgeService({ eventBus, scheduler }),
      makeSqsService({ queues, scheduler, stopped: stopping.signal }),
      makeQueueReport({ queues, scheduler }),
    ],
    async stop() {
      stopping.abort();
      await Promise.all(pollers.map((poller) => poller.stop()));
      queues.close();
    },
  };
}
