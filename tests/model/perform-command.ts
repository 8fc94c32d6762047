import { parseQueuedDelivery } from "../../src/adapters/sqs/events/queued-event.ts";
import type { AccessOrder, AdminOrder } from "../../src/domain/connection/ending-order.ts";
import type { EndingTask } from "../../src/domain/connection/ending-task.ts";
import type { Seq } from "../../src/domain/connection/seq.ts";
import { addSeconds, type EpochMillis } from "../../src/domain/time.ts";
import type { Revocation } from "../../src/domain/token/revocation.ts";
import type { TokenId } from "../../src/domain/token/token-facts.ts";
import { entityUpdated } from "../support/queued-messages.ts";
import { messageOf } from "./admin.ts";
import { expectedAudience } from "./check-publication.ts";
import type { AdminCommand, Command, SeqChoice } from "./command.ts";
import { at, CONNECTIONS, ENTITIES, PATTERNS, USERS } from "./fixtures.ts";
import { authorize, connect, disconnect, renew, subscribe, unsubscribe } from "./functions.ts";
import type { Socket } from "./gateway-model.ts";
import { mayBeExpired } from "./life.ts";
import type { Audience } from "./publication.ts";
import type { Simulation } from "./simulation.ts";
import { issuerIdOf, issueToken, type ModelToken, type TokenChoice } from "./tokens.ts";

/** The function's five seconds, and the way there and back. */
const HANDSHAKE_MILLIS = 6_000;

/** No $connect arrives later: the handshake was given up long before. */
const CONNECT_MILLIS = 60_000;

/** Performs a command, if it is possible in the present state; resolves when it has ended. */
export async function performCommand(simulation: Simulation, command: Command): Promise<void> {
  switch (command.kind) {
    case "publish to entity":
      return publish(simulation, { entityId: at(ENTITIES, command.entity) }, command.copies);
    case "publish to user":
      return publish(simulation, { userId: at(USERS, command.user) }, command.copies);
    case "advance":
      return simulation.clock.advance(command.seconds);
    case "connect":
      return shakeHands(simulation, command.connection, command.token);
    case "rotate":
      simulation.keys.push(simulation.clock.now());
      return;
    case "revoke user":
    case "revoke token":
    case "revoke issuer":
    case "disconnect user":
    case "grant access":
    case "withdraw access":
      return administrate(simulation, command);
    case "redrive":
      simulation.wasRedriven = true;
      for (const { task } of simulation.unended.splice(0)) simulation.adminQueue.send(messageOf(task));
      return;
  }
  const socket = simulation.gateway.sockets.get(at(CONNECTIONS, command.connection).id);
  if (socket !== undefined) await performOn(simulation, socket, command);
}

type OnSocket = Extract<Command, { kind: "forge" | "disconnect" | "subscribe" | "unsubscribe" | "renew" }>;

async function performOn(simulation: Simulation, socket: Socket, command: OnSocket): Promise<void> {
  switch (command.kind) {
    case "forge":
      if (!mayBeExpired(socket, simulation.history, simulation.clock.now()) && isYoung(socket, simulation))
        await connect(simulation, socket, at(USERS, command.user));
      return;
    case "disconnect":
      simulation.hangUp(socket);
      await Promise.all(Array.from({ length: command.events }, () => disconnect(simulation, socket)));
      return;
    case "renew":
      if (socket.state === "connecting") return;
      await renew(simulation, socket, tokenFor(simulation, socket, command), numberFor(socket, command.seq));
      return;
    default:
      if (socket.state === "connecting") return;
      await (command.kind === "subscribe" ? subscribe : unsubscribe)(simulation, socket, {
        entityIds: command.entities.map((entity) => at(ENTITIES, entity)),
        seq: numberFor(socket, command.seq),
      });
  }
}

/** Undefined for a client that does not order its requests. */
function numberFor(socket: Socket, choice: SeqChoice): Seq | undefined {
  if (socket.seq === undefined) return undefined;
  if (choice === "next") socket.seq += 1;
  return Math.max(1, choice === "late" ? socket.seq - 1 : socket.seq) as Seq;
}

/** Mostly a new token of the connection's user and issuer. */
function tokenFor(simulation: Simulation, socket: Socket, command: Extract<Command, { kind: "renew" }>): ModelToken {
  const { of, isNew, ...choice } = command.token;
  const userId = of === "another user" ? at(USERS, (USERS.indexOf(socket.userId) + 1) % USERS.length) : socket.userId;
  const issuer = of === "another issuer" ? 1 - socket.token.issuer : socket.token.issuer;
  const tokenId = isNew ? (`new-${simulation.presented.length}` as TokenId) : socket.token.tokenId;
  return issueToken(nowFor(simulation), { ...choice, userId, issuer, tokenId });
}

function nowFor(simulation: Simulation): Parameters<typeof issueToken>[0] {
  return { keys: simulation.keys, nowSeconds: simulation.nowSeconds() };
}

async function shakeHands(simulation: Simulation, index: number, choice?: TokenChoice): Promise<void> {
  const { id, userId, issuer, tokenSeconds } = at(CONNECTIONS, index);
  const known = simulation.gateway.sockets.get(id);
  if (known !== undefined) {
    if (known.isAuthorized && isYoung(known, simulation)) await connect(simulation, known);
    return;
  }
  const connectedAt = simulation.clock.now();
  const tokenId = `of-${id}` as TokenId;
  const claim = at(simulation.conditions.claims, index);
  const usual = { keysBack: 0, issued: 0, seconds: tokenSeconds, claim };
  const token = issueToken(nowFor(simulation), { ...(choice ?? usual), userId, issuer, tokenId });
  const behaviour = simulation.conditions.behaviours[index] ?? "healthy";
  const socket: Socket = {
    ...{ id, userId, behaviour, connectedAt, token },
    ...{ isAuthorized: false, state: "connecting", posts: 0, ended: [], lastFrames: [], toldFrames: [] },
    seq: simulation.conditions.ordered[index] ? 0 : undefined,
  };
  simulation.gateway.sockets.set(id, socket);
  simulation.presented.push({ socket, token });
  socket.isAuthorized = await authorize(simulation, token);
  const outcome = socket.isAuthorized ? (await connect(simulation, socket)).outcome : "rejected";
  // The record exists before the socket is open: a post in between is answered with 410.
  for (const hop of ["answer", "handshake", "101"]) await simulation.environment.turns.wait(hop);
  const inTime = simulation.clock.now() - connectedAt <= HANDSHAKE_MILLIS;
  if (socket.state === "connecting" && outcome === "stored" && inTime) {
    socket.state = "open";
    socket.openedAt = simulation.clock.now();
  } else simulation.hangUp(socket);
}

function isYoung({ connectedAt }: Socket, { clock }: Simulation): boolean {
  return clock.now() - connectedAt <= CONNECT_MILLIS;
}

/** An administrator's event. It may come several times, and late. */
function administrate(simulation: Simulation, command: AdminCommand): void {
  const eventId = `admin-${simulation.adminEvents.size}`;
  const order = orderOf(command, { eventId, orderedAt: simulation.nowSeconds() });
  simulation.adminEvents.set(eventId, {
    ...{ order, begun: simulation.history.now() },
    ...{ listed: Number.POSITIVE_INFINITY, deliveredAt: Number.POSITIVE_INFINITY },
  });
  const task: EndingTask = { order, part: { kind: "event" }, cut: 0, attempt: 0 };
  for (const delay of command.deliveries) simulation.adminQueue.send(messageOf(task), delay);
}

function orderOf(command: AdminCommand, event: Pick<AdminOrder, "eventId" | "orderedAt">): AdminOrder {
  if (command.kind === "disconnect user") {
    const { user, except, reconnect } = command;
    const excepted = except === undefined ? {} : { exceptConnectionId: at(CONNECTIONS, except).id };
    return { kind: "disconnection", ...event, userId: at(USERS, user), ...excepted, reconnect };
  }
  if (command.kind === "grant access" || command.kind === "withdraw access") return accessOrder(command, event);
  return { kind: "revocation", ...event, revocation: revocationOf(command, event.orderedAt) };
}

function accessOrder(
  command: Extract<AdminCommand, { kind: "grant access" | "withdraw access" }>,
  { eventId, orderedAt: cameAt }: Pick<AdminOrder, "eventId" | "orderedAt">,
): AccessOrder {
  const orderedAt = addSeconds(cameAt, -command.ago);
  const pattern = at(PATTERNS, command.pattern);
  const change = { userId: at(USERS, command.user), verb: "subscribe", pattern, at: orderedAt } as const;
  const order = { kind: "access", eventId, orderedAt } as const;
  if (command.kind === "withdraw access") return { ...order, change: { ...change, kind: "withdrawal" } };
  const ends = command.lasts === "for ever" ? {} : { until: addSeconds(orderedAt, command.lasts) };
  return { ...order, change: { ...change, kind: "grant", ...ends } };
}

function revocationOf(
  command: Extract<AdminCommand, { kind: "revoke user" | "revoke token" | "revoke issuer" }>,
  orderedAt: AdminOrder["orderedAt"],
): Revocation {
  if (command.kind === "revoke token") {
    const { id, userId } = at(CONNECTIONS, command.connection);
    return { kind: "token", userId, tokenId: `of-${id}` as TokenId };
  }
  const issuedBefore = addSeconds(orderedAt, command.issuedBefore);
  if (command.kind === "revoke user") return { kind: "user", userId: at(USERS, command.user), issuedBefore };
  return { kind: "issuer", issuer: issuerIdOf(command.issuer), issuedBefore };
}

function publish(simulation: Simulation, audience: Audience, copies: number): void {
  const eventId = `event-${simulation.publications.size}`;
  const published = simulation.history.now();
  const publishedAt = simulation.clock.now();
  simulation.publications.set(eventId, {
    ...{ id: eventId, audience, copies, published, publishedAt },
    expected: expectedAudience(audience, published, simulation),
    ...{ delivered: [], unacknowledged: [], deadLettered: [], returns: 0 },
    ...{ settled: Number.POSITIVE_INFINITY, settledAt: Number.POSITIVE_INFINITY },
  });
  const body = JSON.stringify(envelope(eventId, publishedAt, audience));
  for (let copy = 0; copy < copies; copy += 1) simulation.queue.send({ eventId, body, read: parseQueuedDelivery });
}

function envelope(id: string, publishedAt: EpochMillis, audience: Audience): object {
  const time = new Date(publishedAt).toISOString();
  const detailType = "entityId" in audience ? "Entity Updated" : "Send User Push Notification";
  return entityUpdated({ ...audience, message: "news" }, { id, time, "detail-type": detailType });
}
