import { parseQueuedEnding } from "../../src/adapters/sqs/events/queued-ending.ts";
import { type CarryOutDependencies, makeCarryOut } from "../../src/application/endings/carry-out.ts";
import { makeCollectEnds } from "../../src/application/endings/collect-ends.ts";
import { makeEndConnections } from "../../src/application/endings/end-connections.ts";
import { makeEndPart } from "../../src/application/endings/end-part.ts";
import { makePace } from "../../src/application/endings/pace.ts";
import { makeReviewConnections } from "../../src/application/endings/review-connections.ts";
import type { ConnectionEnder } from "../../src/application/ports/connection-ender.ts";
import type { EndingTask } from "../../src/domain/connection/ending-task.ts";
import type { PostOutcome } from "../../src/domain/notification/post-outcome.ts";
import type { EpochMillis } from "../../src/domain/time.ts";
import { RecordingLogger } from "../fakes/recording-logger.ts";
import { eventIdOf, type TaskMessage } from "./admin.ts";
import { checkTold } from "./check-access.ts";
import { checkDelete, checkLastFrame } from "./check-ending.ts";
import { faultyStores, faultyTasks, POST_MILLIS } from "./faulty-ports.ts";
import { disconnect, isReturned, NOTHING_ELSE, policyOf } from "./functions.ts";
import { Invocation } from "./invocation.ts";
import type { Held } from "./queue-model.ts";
import type { DueRun } from "./schedule.ts";
import type { Simulation } from "./simulation.ts";
import type { Ports } from "./system.ts";

/** The template's settings. */
const TIMEOUT_SECONDS = 60;
const REQUESTS_PER_SECOND = 250;
const REQUESTS_AT_ONCE = 50;

const MAX_LIFETIME_SECONDS = 86_400;

/** One run of the schedule; a failed one is repeated. */
export async function collect(simulation: Simulation, run: DueRun): Promise<void> {
  const invocation = new Invocation(simulation.environment, TIMEOUT_SECONDS);
  const { connections: endings, tasks } = portsOf(simulation, invocation);
  const collectEnds = makeCollectEnds({ endings, tasks, clock: simulation.clock });
  const end = await invocation.run(() => collectEnds(run.scheduledAt));
  if (!isReturned(end)) simulation.schedule.failed(run);
}

/** Processes a batch of the administrators' queue; a message that fails stays in it. */
export async function administer(simulation: Simulation, batch: readonly Held<TaskMessage>[]): Promise<void> {
  const { clock, system, environment, adminQueue } = simulation;
  const invocation = new Invocation(environment, TIMEOUT_SECONDS);
  const deadline = (clock.now() + TIMEOUT_SECONDS * 750) as EpochMillis;
  const timer = system.wrapTimer(environment.turns);
  const ports = portsOf(simulation, invocation);
  const deps = {
    ...ports,
    ...{ policy: policyOf(simulation, ports), ids: simulation.ids },
    ...{ clock, timer, backoff: environment.turns.backoff, logger: new RecordingLogger() },
    ...{ pace: makePace(REQUESTS_PER_SECOND, { clock, timer }), concurrency: REQUESTS_AT_ONCE },
  };
  const endings = deps.connections;
  const endConnections = makeEndConnections({ ...deps, endings });
  const endPart = makeEndPart({ ...deps, endConnections, reviewConnections: makeReviewConnections(deps) });
  const shared: CarryOutDependencies = { ...deps, endings, endPart, maxLifetimeSeconds: MAX_LIFETIME_SECONDS };
  const processMessage = async ({ body, receives }: Held<TaskMessage>): Promise<boolean> => {
    const { task } = parseQueuedEnding(body);
    const revocations = { ...deps.revocations, add: listing(simulation, task, deps.revocations.add) };
    const administered = { record: listing(simulation, task, deps.administered.record) };
    const carryOut = system.wrapCarryOut(makeCarryOut({ ...shared, revocations, administered }), clock);
    noteDelivery(simulation, task);
    const carried = carryOut({ task, deadline, isRepeated: receives > 1 });
    return carried.then(
      () => true,
      () => false,
    );
  };
  const end = await invocation.run(() => Promise.all(batch.map(processMessage)));
  for (const [index, message] of batch.entries()) if (isReturned(end) && end.value[index]) adminQueue.delete(message);
}

function noteDelivery(simulation: Simulation, task: EndingTask): void {
  const event = simulation.adminEvents.get(eventIdOf(task));
  if (event !== undefined) event.deliveredAt = Math.min(event.deliveredAt, simulation.clock.now());
}

/** Notes the moment from which on a list has the decision of a task. */
function listing<Order extends readonly unknown[]>(
  { adminEvents, history }: Simulation,
  task: EndingTask,
  add: (...order: Order) => Promise<void>,
): (...order: Order) => Promise<void> {
  return async (...order) => {
    await add(...order);
    const event = adminEvents.get(eventIdOf(task));
    if (event !== undefined) event.listed = Math.min(event.listed, history.now());
  };
}

function portsOf(simulation: Simulation, invocation: Invocation): Ports {
  return simulation.system.wrapPorts(
    {
      ...NOTHING_ELSE,
      ...faultyStores(simulation, invocation),
      ender: faultyEnder(simulation, invocation),
      tasks: faultyTasks(simulation, invocation),
    },
    simulation.clock,
  );
}

function faultyEnder(simulation: Simulation, invocation: Invocation): ConnectionEnder {
  const { gateway, clock } = simulation;
  const request = (label: string, effect: () => PostOutcome) =>
    invocation.call<PostOutcome>({
      label,
      budgetMillis: POST_MILLIS,
      effect: async () => effect(),
      fail: ({ throttled }) => (throttled ? "throttled" : "failed"),
    });
  return {
    prepareLastFrame: (ending) => (id) =>
      request("last frame", () => {
        const socket = gateway.sockets.get(id);
        const outcome = gateway.post(id);
        if (outcome !== "delivered" || socket === undefined) return outcome;
        checkLastFrame(socket, ending, simulation);
        socket.lastFrames.push({ ending, at: clock.now() });
        return outcome;
      }),
    prepareEnded: (ended) => (id) =>
      request("ended frame", () => {
        const socket = gateway.sockets.get(id);
        const outcome = gateway.post(id);
        if (outcome !== "delivered" || socket === undefined) return outcome;
        checkTold(socket, ended, simulation);
        socket.toldFrames.push({ ...ended, told: simulation.history.now(), at: clock.now() });
        return outcome;
      }),
    disconnect: (id) => {
      const askedAt = clock.now();
      return request("delete", () => {
        const socket = gateway.sockets.get(id);
        const outcome = gateway.post(id);
        if (outcome !== "delivered" || socket === undefined) return outcome;
        checkDelete(socket, askedAt, simulation);
        simulation.hangUp(socket);
        if (simulation.conditions.disconnectEvents > 0) simulation.launch(disconnect(simulation, socket));
        return outcome;
      });
    },
  };
}
