import { ManagementApiEnder } from "../../../adapters/api-gateway-management/management-api-ender.ts";
import { makeSqsClient } from "../../../adapters/sqs/sqs-client.ts";
import { SqsEndingTasks } from "../../../adapters/sqs/sqs-ending-tasks.ts";
import { makeCarryOut } from "../../../application/endings/carry-out.ts";
import { makeCollectEnds } from "../../../application/endings/collect-ends.ts";
import { makeEndConnections } from "../../../application/endings/end-connections.ts";
import { makeEndPart } from "../../../application/endings/end-part.ts";
import { makePace } from "../../../application/endings/pace.ts";
import { readMaxLifetimeSeconds } from "../max-lifetime.ts";
import { defineModule } from "../module.ts";
import { serviceId, services } from "../services.ts";
import { managementApi, REQUESTS_AT_ONCE } from "./gateway.ts";

/**
 * Frames and DELETEs of one invocation. With eight invocations at once (MaximumConcurrency in the template) 2,000: a
 * fifth of a region's 10,000, and less than the 2,500 of the small regions.
 */
const REQUESTS_PER_SECOND = 250;

/** The adapter of both ports: one client sends to both queues. */
const adminQueue = serviceId<SqsEndingTasks>("SqsEndingTasks");

/** Where messages that cannot be parsed are put. */
export const rawLetters = serviceId<Pick<SqsEndingTasks, "addRawMessage">>("RawLetters");

/** Ends connections: those whose time is over, and those that administrators end. */
export const administration = defineModule({
  settings: (settings) => ({
    queues: { tasks: settings.text("ADMIN_QUEUE_URL"), deadLetters: settings.text("DEAD_LETTER_QUEUE_URL") },
    maxLifetimeSeconds: readMaxLifetimeSeconds(settings),
  }),
  services: (provide, { queues, maxLifetimeSeconds }) => {
    provide(services.connectionEnder, { api: managementApi }, ({ api }) => new ManagementApiEnder(api));
    provide(adminQueue, {}, () => new SqsEndingTasks(makeSqsClient, queues));
    provide(services.endingTasks, { queue: adminQueue }, ({ queue }) => queue);
    provide(rawLetters, { queue: adminQueue }, ({ queue }) => queue);
    const shared = {
      clock: services.clock,
      logger: services.logger,
      endings: services.endingConnections,
      tasks: services.endingTasks,
    };
    provide(
      services.endPart,
      {
        ...shared,
        ender: services.connectionEnder,
        subscriptions: services.subscriptionStore,
        timer: services.timer,
        backoff: services.backoff,
      },
      (deps) => {
        const pace = makePace(REQUESTS_PER_SECOND, deps);
        const endConnections = makeEndConnections({ ...deps, pace, concurrency: REQUESTS_AT_ONCE });
        return makeEndPart({ ...deps, endConnections });
      },
    );
    provide(
      services.carryOut,
      {
        ...shared,
        endPart: services.endPart,
        connections: services.connectionStore,
        revocations: services.revocationList,
      },
      (deps) => makeCarryOut({ ...deps, maxLifetimeSeconds }),
    );
    provide(services.collectEnds, shared, makeCollectEnds);
  },
});
