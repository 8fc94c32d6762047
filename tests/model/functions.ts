import { issuerId } from "../../src/adapters/issuer-id.ts";
import {
  type CloseConnection,
  makeCloseConnection,
  makeOpenConnection,
} from "../../src/application/connections/open-and-close.ts";
import { makeRenewConnection, type RenewalOutcome } from "../../src/application/connections/renew-connection.ts";
import type { Backoff } from "../../src/application/ports/system.ts";
import { makeFanOut } from "../../src/application/push/fan-out.ts";
import { type Deliver, makeDeliver, makeNotifyEntity, makeNotifyUser } from "../../src/application/push/notify.ts";
import { makeSubscribe, makeUnsubscribe } from "../../src/application/subscriptions/subscribe.ts";
import { NO_GRANTS } from "../../src/domain/identity/grants.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import { allowEverySubscription } from "../../src/domain/subscription/subscription-policy.ts";
import type { EpochMillis } from "../../src/domain/time.ts";
import type { TokenVerdict } from "../../src/domain/token/verdict.ts";
import { RecordingLogger } from "../fakes/recording-logger.ts";
import { STANDING_TIMER } from "../fakes/standing-timer.ts";
import { checkOperation } from "./check-operation.ts";
import { checkVerified, type Verification } from "./check-token.ts";
import { DeliveryLedger } from "./delivery-ledger.ts";
import { faultyPorts, faultyStores } from "./faulty-ports.ts";
import { at, ISSUERS, LIMIT } from "./fixtures.ts";
import type { Socket } from "./gateway-model.ts";
import type { Operation } from "./history.ts";
import { Invocation, type InvocationEnd } from "./invocation.ts";
import type { Message } from "./queue-model.ts";
import type { Simulation } from "./simulation.ts";
import type { Ports } from "./system.ts";
import { factsOf, type ModelToken, textOf, VerifyingProcess } from "./tokens.ts";

/** The template's timeout of all functions but those that notify. */
const TIMEOUT_SECONDS = 5;
const POSTS_AT_ONCE = 2;

type Stores = Pick<Ports, "connections" | "subscriptions" | "revocations">;

/** The ports of the functions that neither push nor end. */
export const NOTHING_ELSE: Omit<Ports, keyof Stores> = {
  channel: { prepare: unexpected },
  queue: { defer: unexpected, addDelivery: unexpected, addRawMessage: unexpected },
  ender: { prepareLastFrame: unexpected, disconnect: unexpected },
  tasks: { defer: unexpected, giveUp: unexpected },
};

function unexpected(): never {
  throw new Error("not this function's to call");
}

/** No limit of connections: handshakes that overlap may exceed it, so that it is no invariant. */
const NO_LIMIT = 0;

/** The authorizer: true if it lets the handshake in. */
export async function authorize(simulation: Simulation, token: ModelToken): Promise<boolean> {
  const invocation = new Invocation(simulation.environment, TIMEOUT_SECONDS);
  const process = simulation.idle.authorizer.pop() ?? new VerifyingProcess(simulation);
  const begun = simulation.clock.now();
  const end = await invocation.run(() => process.serve(invocation)(textOf(token)));
  if (end !== "died") simulation.idle.authorizer.push(process);
  const verdict = isReturned(end) ? end.value : undefined;
  checkVerified(token, verificationOf(verdict), begun, simulation);
  return verdict?.kind === "accepted" && verdict.identity.userId === token.userId;
}

function verificationOf(verdict: TokenVerdict | undefined): Verification {
  if (verdict === undefined) return "failed";
  if (verdict.kind === "accepted") return "accepted";
  return verdict.reason === "SIGNATURE_INVALID" ? "signature-invalid" : "rejected";
}

export function connect(simulation: Simulation, socket: Socket, userId: UserId = socket.userId): Promise<Operation> {
  const { id, connectedAt, token } = socket;
  const opening = { id, identity: { userId }, sourceIp: "192.0.2.1", connectedAt, token: factsOf(token) };
  const operation = simulation.history.begin({ kind: "connect", connectionId: id, userId, token });
  return perform(simulation, operation, socket, (ports) =>
    makeOpenConnection({ ...ports, clock: simulation.clock, limit: NO_LIMIT })(opening),
  );
}

/** The client presents a token on its open connection. */
export async function renew(simulation: Simulation, socket: Socket, token: ModelToken): Promise<Operation> {
  const { id, userId, connectedAt, token: first } = socket;
  const { clock, system } = simulation;
  simulation.presented.push({ socket, token });
  const operation = simulation.history.begin({ kind: "renew", connectionId: id, userId, token });
  const process = simulation.idle.authenticate.pop() ?? new VerifyingProcess(simulation);
  const issuer = at(ISSUERS, first.issuer).issuer;
  const presented = { connectionId: id, userId, connectedAt, issuer, token: textOf(token) };
  let died = true;
  await perform(simulation, operation, socket, async ({ connections, revocations }, invocation) => {
    const verifyToken = process.serve(invocation);
    const ports = { verifyToken, renewals: connections, revocations, issuerIds: issuerId, clock };
    const renewal = system.wrapRenewal(makeRenewConnection(ports))(presented);
    const outcome = await renewal.finally(() => {
      died = false;
    });
    return renewalOf(outcome);
  });
  if (!died) simulation.idle.authenticate.push(process);
  return operation;
}

function renewalOf(outcome: RenewalOutcome): Operation["outcome"] {
  if (outcome.kind !== "refused") return outcome.kind;
  switch (outcome.reason) {
    case "ENDS_NO_LATER":
      return "ends-no-later";
    case "REVOKED":
      return "revoked";
    case "SIGNATURE_INVALID":
      return "signature-invalid";
    default:
      return "rejected";
  }
}

export function disconnect(simulation: Simulation, socket: Socket): Promise<Operation> {
  const operation = simulation.history.begin({ kind: "disconnect", connectionId: socket.id });
  return perform(simulation, operation, socket, async (stores) => {
    await makeCloseConnection({ ...stores, clock: simulation.clock })(socket.id);
    return "done";
  });
}

export function subscribe(simulation: Simulation, socket: Socket, entityId: EntityId): Promise<Operation> {
  const { id, userId } = socket;
  const request = { entityId, connectionId: id, userId, grants: NO_GRANTS };
  const operation = simulation.history.begin({ kind: "subscribe", connectionId: id, userId, entityId });
  return perform(simulation, operation, socket, async ({ subscriptions }) => {
    const policy = allowEverySubscription;
    const { kind } = await makeSubscribe({ policy, subscriptions, clock: simulation.clock, limit: LIMIT })(request);
    return kind;
  });
}

export function unsubscribe(simulation: Simulation, socket: Socket, entityId: EntityId): Promise<Operation> {
  const { id, userId } = socket;
  const operation = simulation.history.begin({ kind: "unsubscribe", connectionId: id, userId, entityId });
  return perform(simulation, operation, socket, async ({ subscriptions }) => {
    const { kind } = await makeUnsubscribe({ subscriptions, clock: simulation.clock })({
      entityId,
      connectionId: id,
      userId,
    });
    return kind;
  });
}

/** Runs one invocation and records its outcome in the history. */
async function perform(
  simulation: Simulation,
  operation: Operation,
  socket: Socket,
  work: (stores: Stores, invocation: Invocation) => Promise<Operation["outcome"]>,
): Promise<Operation> {
  const invocation = new Invocation(simulation.environment, TIMEOUT_SECONDS);
  const stores = simulation.system.wrapPorts(
    { ...NOTHING_ELSE, ...faultyStores(simulation, invocation, operation) },
    simulation.clock,
  );
  const end = await invocation.run(() => work(stores, invocation));
  simulation.history.end(operation, isReturned(end) ? end.value : "failed");
  checkOperation(operation, socket, simulation);
  return operation;
}

/** Processes a batch of messages as the functions that notify do; a message that fails stays in the queue. */
export async function notify(simulation: Simulation, batch: readonly Message[]): Promise<void> {
  const seconds = simulation.conditions.functionSeconds;
  const deadline = (simulation.clock.now() + seconds * 750) as EpochMillis;
  const invocation = new Invocation(simulation.environment, seconds);
  const cleanups: Operation[] = [];
  const end = await invocation.run(() =>
    Promise.all(batch.map((message) => processMessage(simulation, invocation, message, deadline, cleanups))),
  );
  for (const operation of cleanups) if (operation.outcome === "under-way") simulation.history.end(operation, "failed");
  for (const [index, message] of batch.entries()) {
    if (isReturned(end) && end.value[index]) {
      simulation.queue.delete(message);
      simulation.noteIfSettled(message);
    } else simulation.publication(message).returns += 1;
  }
}

async function processMessage(
  simulation: Simulation,
  invocation: Invocation,
  message: Message,
  deadline: EpochMillis,
  cleanups: Operation[],
): Promise<boolean> {
  const publication = simulation.publication(message);
  const delivery = message.read(message.body);
  const ledger = new DeliveryLedger(delivery, deadline, simulation.violations);
  const ports = simulation.system.wrapPorts(
    { ...NOTHING_ELSE, ...faultyPorts(simulation, invocation, publication, ledger) },
    simulation.clock,
  );
  const deliver = simulation.system.wrapDelivery(makeNotifications(simulation, ports, cleanups));
  try {
    const report = await deliver(delivery, deadline);
    ledger.completed(report, simulation.nowSeconds());
    return true;
  } catch {
    ledger.returned();
    return false;
  }
}

function makeNotifications(simulation: Simulation, ports: Ports, cleanups: Operation[]): Deliver {
  const { clock, system } = simulation;
  const close = makeCloseConnection({ ...ports, clock });
  const closeConnection: CloseConnection = async (id, seen) => {
    const operation = simulation.history.begin({ kind: "clean-up", connectionId: id });
    cleanups.push(operation);
    await close(id, seen).catch((thrown: unknown) => {
      simulation.history.end(operation, "failed");
      throw thrown;
    });
    simulation.history.end(operation, "done");
  };
  const logger = new RecordingLogger();
  const fanOut = makeFanOut({
    ...ports,
    deadLetters: ports.queue,
    clock,
    backoff: backoffOf(simulation),
    timer: STANDING_TIMER,
    logger,
    concurrency: POSTS_AT_ONCE,
  });
  const ending = { ...ports, fanOut: system.wrapFanOut(fanOut), closeConnection, clock };
  return makeDeliver({ notifyEntity: makeNotifyEntity(ending), notifyUser: makeNotifyUser(ending) });
}

/** Pauses add up where nothing must happen in time: more of them come between the other calls. */
function backoffOf({ conditions, environment: { turns }, clock }: Simulation): Backoff {
  if (conditions.calm) return turns.backoff;
  return {
    pause: async (ceilingMillis) => {
      await turns.wait("pause");
      clock.advance(ceilingMillis / 1000);
    },
  };
}

export function isReturned<T>(end: InvocationEnd<T>): end is { readonly value: T } {
  return end !== "died" && "value" in end;
}
