import {
  type CloseConnection,
  makeCloseConnection,
  makeOpenConnection,
} from "../../src/application/connections/open-and-close.ts";
import { makeFanOut } from "../../src/application/push/fan-out.ts";
import { type Deliver, makeDeliver, makeNotifyEntity, makeNotifyUser } from "../../src/application/push/notify.ts";
import { makeSubscribe, makeUnsubscribe } from "../../src/application/subscriptions/subscribe.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import type { EpochMillis } from "../../src/domain/time.ts";
import { RecordingLogger } from "../fakes/recording-logger.ts";
import { STANDING_TIMER } from "../fakes/standing-timer.ts";
import { LIMIT } from "./cast.ts";
import { DeliveryLedger } from "./delivery-ledger.ts";
import { faultyPorts, faultyStores } from "./faulty-ports.ts";
import type { Socket } from "./gateway-model.ts";
import type { Act } from "./history.ts";
import { Invocation, type InvocationEnd } from "./invocation.ts";
import { judgeAct } from "./judge-act.ts";
import type { Message } from "./queue-model.ts";
import type { Ports } from "./system.ts";
import type { World } from "./world.ts";

/** As the template sets it for all but the functions that notify. */
const TIMEOUT_SECONDS = 5;
const POSTS_AT_ONCE = 2;

type Stores = Pick<Ports, "connections" | "subscriptions">;

/** For the functions that push nothing. */
const NOTHING_ELSE: Omit<Ports, keyof Stores> = {
  channel: { prepare: unexpected },
  queue: { defer: unexpected, undeliverable: unexpected, unreadable: unexpected },
};

function unexpected(): never {
  throw new Error("not this function's to call");
}

export function connect(world: World, socket: Socket, userId: UserId = socket.userId): Promise<Act> {
  const { id, connectedAt, tokenExpiresAt } = socket;
  const opening = { id, identity: { userId }, sourceIp: "192.0.2.1", connectedAt, tokenExpiresAt };
  const act = world.history.begin({ kind: "connect", connectionId: id, userId });
  return perform(world, act, socket, ({ connections }) => makeOpenConnection({ connections })(opening));
}

export function disconnect(world: World, socket: Socket): Promise<Act> {
  const act = world.history.begin({ kind: "disconnect", connectionId: socket.id });
  return perform(world, act, socket, async (stores) => {
    await makeCloseConnection({ ...stores, clock: world.clock })(socket.id);
    return "done";
  });
}

export function subscribe(world: World, socket: Socket, entityId: EntityId): Promise<Act> {
  const { id, userId, connectedAt, tokenExpiresAt } = socket;
  const request = { entityId, connectionId: id, userId, connectedAt, tokenExpiresAt };
  const act = world.history.begin({ kind: "subscribe", connectionId: id, userId, entityId });
  return perform(world, act, socket, ({ subscriptions }) =>
    makeSubscribe({ subscriptions, clock: world.clock, limit: LIMIT })(request),
  );
}

export function unsubscribe(world: World, socket: Socket, entityId: EntityId): Promise<Act> {
  const { id, userId } = socket;
  const act = world.history.begin({ kind: "unsubscribe", connectionId: id, userId, entityId });
  return perform(world, act, socket, ({ subscriptions }) =>
    makeUnsubscribe({ subscriptions, clock: world.clock })({ entityId, connectionId: id, userId }),
  );
}

/** One invocation; its outcome is an act's. */
async function perform(
  world: World,
  act: Act,
  socket: Socket,
  work: (stores: Stores) => Promise<Act["outcome"]>,
): Promise<Act> {
  const invocation = new Invocation(world.around, TIMEOUT_SECONDS);
  const stores = world.system.above({ ...NOTHING_ELSE, ...faultyStores(world, invocation) });
  const end = await invocation.run(() => work(stores));
  world.history.end(act, isReturned(end) ? end.value : "failed");
  judgeAct(act, socket, world);
  return act;
}

/** Takes up a batch from a queue, as NotifyEntity and NotifyUser do; what is not done with is left where it was. */
export async function notify(world: World, batch: readonly Message[]): Promise<void> {
  const seconds = world.conditions.functionSeconds;
  const deadline = (world.clock.now() + seconds * 750) as EpochMillis;
  const invocation = new Invocation(world.around, seconds);
  const forgetting: Act[] = [];
  const end = await invocation.run(() =>
    Promise.all(batch.map((message) => takeUp(world, invocation, message, deadline, forgetting))),
  );
  for (const act of forgetting) if (act.outcome === "under-way") world.history.end(act, "failed");
  for (const [index, message] of batch.entries()) {
    if (isReturned(end) && end.value[index]) {
      world.queue.delete(message);
      world.noteIfSettled(message);
    } else world.publication(message).returns += 1;
  }
}

async function takeUp(
  world: World,
  invocation: Invocation,
  message: Message,
  deadline: EpochMillis,
  forgetting: Act[],
): Promise<boolean> {
  const publication = world.publication(message);
  const delivery = message.read(message.body);
  const ledger = new DeliveryLedger(delivery, deadline, world.findings);
  const ports = world.system.above(faultyPorts(world, invocation, publication, ledger));
  const deliver = world.system.aroundDelivery(makeNotifications(world, ports, forgetting));
  try {
    const report = await deliver(delivery, deadline);
    ledger.completed(report, world.nowSeconds());
    return true;
  } catch {
    ledger.returned();
    return false;
  }
}

function makeNotifications(world: World, ports: Ports, forgetting: Act[]): Deliver {
  const { clock } = world;
  const close = makeCloseConnection({ ...ports, clock });
  const closeConnection: CloseConnection = async (id, seen) => {
    const act = world.history.begin({ kind: "forget", connectionId: id });
    forgetting.push(act);
    await close(id, seen).catch((thrown: unknown) => {
      world.history.end(act, "failed");
      throw thrown;
    });
    world.history.end(act, "done");
  };
  const backoff = {
    pause: async (ceilingMillis: number) => {
      await world.around.turns.take("pause");
      clock.advance(ceilingMillis / 1000);
    },
  };
  const logger = new RecordingLogger();
  const fanOut = makeFanOut({
    ...ports,
    deadLetters: ports.queue,
    clock,
    backoff,
    timer: STANDING_TIMER,
    logger,
    concurrency: POSTS_AT_ONCE,
  });
  const ending = { ...ports, fanOut, closeConnection, clock };
  return makeDeliver({ notifyEntity: makeNotifyEntity(ending), notifyUser: makeNotifyUser(ending) });
}

function isReturned<T>(end: InvocationEnd<T>): end is { readonly value: T } {
  return end !== "died" && "value" in end;
}
