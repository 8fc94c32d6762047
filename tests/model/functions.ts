import { grantsId } from "../../src/adapters/grants-id.ts";
import { issuerId } from "../../src/adapters/issuer-id.ts";
import {
  type CloseConnection,
  makeCloseConnection,
  makeOpenConnection,
} from "../../src/application/connections/open-and-close.ts";
import { makeRenewConnection, type RenewalOutcome } from "../../src/application/connections/renew-connection.ts";
import type { AccessPolicy } from "../../src/application/ports/access-policy.ts";
import type { Backoff } from "../../src/application/ports/system.ts";
import { makeFanOut } from "../../src/application/push/fan-out.ts";
import { type Deliver, makeDeliver, makeNotifyEntity, makeNotifyUser } from "../../src/application/push/notify.ts";
import { makeGrantedAccess } from "../../src/application/subscriptions/granted-access.ts";
import {
  makeSubscribe,
  makeUnsubscribe,
  type SubscribeOutcome,
  type UnsubscribeOutcome,
} from "../../src/application/subscriptions/subscribe.ts";
import type { Seq } from "../../src/domain/connection/seq.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import type { EpochMillis } from "../../src/domain/time.ts";
import type { TokenVerdict } from "../../src/domain/token/verdict.ts";
import { RecordingLogger } from "../fakes/recording-logger.ts";
import { STANDING_TIMER } from "../fakes/standing-timer.ts";
import { checkOperation } from "./check-operation.ts";
import { checkVerified, type Verification } from "./check-token.ts";
import { DeliveryLedger } from "./delivery-ledger.ts";
import { faultyPorts, faultyStores, faultyTasks } from "./faulty-ports.ts";
import { at, ISSUERS, LIMIT } from "./fixtures.ts";
import type { Socket } from "./gateway-model.ts";
import type { Operation } from "./history.ts";
import { Invocation, type InvocationEnd } from "./invocation.ts";
import type { Message } from "./queue-model.ts";
import type { Simulation } from "./simulation.ts";
import type { Ports } from "./system.ts";
import { factsOf, grantsOf, type ModelToken, textOf, VerifyingProcess } from "./tokens.ts";

/** The template's timeout of all functions but those that notify. */
const TIMEOUT_SECONDS = 5;
const POSTS_AT_ONCE = 2;

type Stores = Pick<Ports, "connections" | "subscriptions" | "revocations" | "reviews" | "administered">;

/** The ports of the functions that neither push nor end. */
export const NOTHING_ELSE: Omit<Ports, keyof Stores> = {
  channel: { prepare: unexpected },
  queue: { defer: unexpected, addDelivery: unexpected, addRawMessage: unexpected },
  ender: { prepareLastFrame: unexpected, prepareEnded: unexpected, disconnect: unexpected },
  tasks: { defer: unexpected, giveUp: unexpected },
};

function unexpected(): never {
  throw new Error("not this function's to call");
}

/** The product's own policy. Nothing is granted to every user. */
export function policyOf({ system, clock }: Simulation, { administered }: Pick<Ports, "administered">): AccessPolicy {
  return system.wrapPolicy(makeGrantedAccess({ defaultGrants: [], administered, clock }));
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
  const facts = { token: factsOf(token), grants: grantsOf(token) };
  const opening = { id, identity: { userId }, sourceIp: "192.0.2.1", connectedAt, ...facts };
  const operation = simulation.history.begin({ kind: "connect", connectionId: id, userId, token });
  return performOne(simulation, operation, socket, (ports) =>
    makeOpenConnection({ ...ports, clock: simulation.clock, limit: NO_LIMIT })(opening),
  );
}

/** The client presents a token on its open connection. */
export async function renew(
  simulation: Simulation,
  socket: Socket,
  token: ModelToken,
  seq: Seq | undefined,
): Promise<Operation> {
  const { id, userId, connectedAt, token: first } = socket;
  const { clock, system } = simulation;
  simulation.presented.push({ socket, token });
  const operation = simulation.history.begin({ kind: "renew", connectionId: id, userId, token, seq });
  const process = simulation.idle.authenticate.pop() ?? new VerifyingProcess(simulation);
  const issuer = at(ISSUERS, first.issuer).issuer;
  const presented = { connectionId: id, userId, connectedAt, issuer, token: textOf(token), seq };
  let died = true;
  await performOne(simulation, operation, socket, async ({ connections, revocations, tasks }, invocation) => {
    const verifyToken = process.serve(invocation);
    const ids = { issuerIds: issuerId, grantsIds: grantsId };
    const ports = { verifyToken, renewals: connections, revocations, tasks, ...ids, clock };
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
  return performOne(simulation, operation, socket, async (stores) => {
    await makeCloseConnection({ ...stores, clock: simulation.clock })(socket.id);
    return "done";
  });
}

/** A request of a client about several entities. */
export type EntitiesAsked = { readonly entityIds: readonly EntityId[]; readonly seq: Seq | undefined };

/** What `resume` does too. */
export function subscribe(simulation: Simulation, socket: Socket, asked: EntitiesAsked): Promise<readonly Operation[]> {
  const { id: connectionId, userId } = socket;
  const { clock, ids } = simulation;
  const operations = beginFor(simulation, "subscribe", socket, asked);
  return perform(simulation, operations, socket, async (ports) => {
    const { subscriptions } = ports;
    const use = makeSubscribe({ policy: policyOf(simulation, ports), subscriptions, clock, ids, limit: LIMIT });
    return outcomesOf(await use({ connectionId, userId, ...asked }), operations);
  });
}

export function unsubscribe(
  simulation: Simulation,
  socket: Socket,
  asked: EntitiesAsked,
): Promise<readonly Operation[]> {
  const { id: connectionId, userId } = socket;
  const operations = beginFor(simulation, "unsubscribe", socket, asked);
  return perform(simulation, operations, socket, async ({ subscriptions }) => {
    const use = makeUnsubscribe({ subscriptions, clock: simulation.clock });
    return outcomesOf(await use({ connectionId, userId, ...asked }), operations);
  });
}

/** One operation for each entity. */
function beginFor(
  { history }: Simulation,
  kind: "subscribe" | "unsubscribe",
  { id, userId }: Socket,
  { entityIds, seq }: EntitiesAsked,
): readonly Operation[] {
  return entityIds.map((entityId) => history.begin({ kind, connectionId: id, userId, entityId, seq }));
}

function outcomesOf(
  outcome: SubscribeOutcome | UnsubscribeOutcome,
  operations: readonly Operation[],
): readonly Operation["outcome"][] {
  if (outcome.kind !== "answered") return operations.map(() => outcome.kind);
  return outcome.results.map((result) => {
    if (result === "malformed") throw new Error("the entities of the model are well-formed");
    return result;
  });
}

async function performOne(
  simulation: Simulation,
  operation: Operation,
  socket: Socket,
  work: (ports: Worked, invocation: Invocation) => Promise<Operation["outcome"]>,
): Promise<Operation> {
  await perform(simulation, [operation], socket, async (ports, invocation) => [await work(ports, invocation)]);
  return operation;
}

type Worked = Stores & Pick<Ports, "tasks">;

/** Runs one invocation and records its outcomes in the history. */
async function perform(
  simulation: Simulation,
  operations: readonly Operation[],
  socket: Socket,
  work: (ports: Worked, invocation: Invocation) => Promise<readonly Operation["outcome"][]>,
): Promise<readonly Operation[]> {
  const invocation = new Invocation(simulation.environment, TIMEOUT_SECONDS);
  const stores = faultyStores(simulation, invocation, operations[0]);
  const tasks = faultyTasks(simulation, invocation);
  const ports = simulation.system.wrapPorts({ ...NOTHING_ELSE, ...stores, tasks }, simulation.clock);
  const end = await invocation.run(() => work(ports, invocation));
  for (const [index, operation] of operations.entries())
    simulation.history.end(operation, isReturned(end) ? at(end.value, index) : "failed");
  for (const operation of operations) checkOperation(operation, socket, simulation);
  return operations;
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
