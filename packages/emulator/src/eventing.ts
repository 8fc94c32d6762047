import { makeDelivery } from "./eventbridge/delivery.ts";
import { makeEventBus, type Rule } from "./eventbridge/event-bus.ts";
import { makeEventBridgeService } from "./eventbridge/eventbridge-service.ts";
import { type Schedule, startSchedules } from "./eventbridge/schedules.ts";
import type { Faults } from "./faults/faults.ts";
import type { HttpService } from "./http/http-service.ts";
import {
  type AsynchronousInvocations,
  type AsynchronousSettings,
  makeAsynchronousInvocations,
} from "./lambda/asynchronous-invocations.ts";
import { makeSendOutcome } from "./lambda/destinations.ts";
import type { Functions } from "./lambda/functions.ts";
import { makeQueueReport } from "./local-api/queue-report.ts";
import type { Observe } from "./observer.ts";
import type { Scheduler } from "./scheduler.ts";
import { makeEventFilter } from "./sqs/event-filter.ts";
import { startEventSourceMapping } from "./sqs/event-source-mapping.ts";
import { QueueCounters } from "./sqs/queue-counters.ts";
import { type QueueSettings, queueSettings } from "./sqs/queue-settings.ts";
import { makeQueues } from "./sqs/queues.ts";
import type { SqsEvent } from "./sqs/sqs-event.ts";
import { makeSqsService } from "./sqs/sqs-service.ts";
import type { MayCallerSend } from "./template/read-callers.ts";

/** The template's declarations between a publisher and the functions. */
export type EventingDescription = {
  readonly queues: readonly QueueDescription[];
  readonly rules: readonly Rule[];
  readonly schedules?: readonly Schedule[];
  readonly eventSourceMappings: readonly EventSourceMappingDescription[];
  readonly asynchronousSettings?: readonly AsynchronousSettings[];
  /** If absent, every caller may send. */
  readonly mayCallerSend?: MayCallerSend;
};

/** A queue as the template declares it. Settings that the template leaves out are absent here too. */
export type QueueDescription = Partial<QueueSettings> & Pick<QueueSettings, "name">;

export type EventSourceMappingDescription = {
  readonly functionName: string;
  readonly queue: string;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  readonly maximumConcurrency?: number;
  readonly reportBatchItemFailures: boolean;
  /** The patterns of its filters. Without any the function gets all messages. */
  readonly filterPatterns?: readonly unknown[];
};

export type Eventing = {
  /** EventBridge, SQS and the report on the queues. */
  readonly services: readonly HttpService[];
  /** True if a message waits that a function could receive now. */
  readonly hasWork: () => boolean;
  readonly invokeAsynchronously: AsynchronousInvocations["invoke"];
  /** Ends all schedules, retries and polls, long ones too. Resolves when the current invocations have ended. */
  stop(): Promise<void>;
};

/** The number of concurrent batches with which Lambda begins, if the template sets no limit. */
const DEFAULT_CONCURRENCY = 5;

/** Starts bus, rules, schedules, queues and their pollers. Throws on a description that cannot work. */
export function startEventing(deps: {
  readonly description: EventingDescription;
  readonly accountId: string;
  readonly region: string;
  readonly scheduler: Scheduler;
  readonly functions: Functions;
  /** The access key of the functions, with which Lambda sends to their destinations. */
  readonly functionsAccessKeyId?: string;
  readonly observe: Observe;
  readonly faults: Faults;
}): Eventing {
  const { description, scheduler, functions } = deps;
  const counters = new QueueCounters();
  const observe: Observe = (event) => {
    counters.observe(event);
    deps.observe(event);
  };
  const queues = makeQueues({ ...deps, observe, queues: description.queues.map(queueSettings) });
  const { asynchronousSettings: settings = [], mayCallerSend = () => true } = description;
  // Rules invoke functions, and the outcomes of functions become events of a bus.
  const invokeAsynchronously = (name: string, event: unknown) => asynchronous.invoke(name, event);
  const delivery = makeDelivery({
    ...{ queues, functions, scheduler, observe },
    invokeAsynchronously: (name, event) => void invokeAsynchronously(name, event),
  });
  const eventBus = makeEventBus({ rules: description.rules, queues, delivery, observe });
  const asynchronous = makeAsynchronousInvocations({
    ...{ functions, settings, scheduler, observe },
    sendOutcome: makeSendOutcome({
      ...{ settings, queues, functions, eventBus, scheduler },
      invokeAsynchronously: (name, event) => void invokeAsynchronously(name, event),
      maySend: (queueArn) => mayCallerSend(queueArn, deps.functionsAccessKeyId ?? ""),
    }),
  });
  const mappings = description.eventSourceMappings.map(
    ({ functionName, queue: name, filterPatterns = [], ...mapping }) => {
      const queue = queues.find(name);
      if (queue === undefined) throw new Error(`Function ${functionName}: no queue is named ${name}`);
      if (!deps.functions.has(functionName)) throw new Error(`Queue ${name}: no function is named ${functionName}`);
      const invoke = (event: SqsEvent) => invokeFunction(deps.functions, functionName, event);
      const filter = filterPatterns.length === 0 ? {} : { filter: makeEventFilter(filterPatterns) };
      return { maximumConcurrency: DEFAULT_CONCURRENCY, ...mapping, ...filter, queue, invoke };
    },
  );
  const schedules = startSchedules({ schedules: description.schedules ?? [], queues, delivery, scheduler });
  const pollers = mappings.map((mapping) => startEventSourceMapping(mapping, scheduler));
  const stopping = new AbortController();
  return {
    services: [
      makeEventBridgeService({ eventBus, scheduler }),
      makeSqsService({ queues, scheduler, stopped: stopping.signal, mayCallerSend }),
      makeQueueReport({ queues, counters, scheduler }),
    ],
    hasWork: () => mappings.some(({ queue }) => queue.counts().visible > 0),
    invokeAsynchronously,
    async stop() {
      stopping.abort();
      schedules.stop();
      delivery.stop();
      await Promise.all([asynchronous, ...pollers].map((started) => started.stop()));
      queues.close();
    },
  };
}

async function invokeFunction(functions: Functions, name: string, event: SqsEvent): Promise<unknown> {
  const invocation = await functions.invoke(name, event);
  switch (invocation.kind) {
    case "returned":
      return JSON.parse(invocation.json);
    case "failed":
      throw new FunctionFailure(invocation.error.errorType, invocation.error.errorMessage);
    default:
      throw new FunctionFailure("Throttled", invocation.kind);
  }
}

/** A failed invocation, named after the error inside the function, as in Lambda's log. */
class FunctionFailure extends Error {
  constructor(errorType: string, errorMessage: string) {
    super(errorMessage);
    this.name = errorType;
  }
}
