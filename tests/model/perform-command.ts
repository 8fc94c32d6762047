import { parseQueuedDelivery } from "../../src/adapters/sqs/events/queued-event.ts";
import { addSeconds, type EpochMillis } from "../../src/domain/time.ts";
import { entityUpdated } from "../support/queued-messages.ts";
import { expectedAudience } from "./check-publication.ts";
import type { Command } from "./command.ts";
import { CONNECTIONS, ENTITIES, USERS } from "./fixtures.ts";
import { connect, disconnect, subscribe, unsubscribe } from "./functions.ts";
import { isExpired, type Socket } from "./gateway-model.ts";
import type { Audience } from "./publication.ts";
import type { Simulation } from "./simulation.ts";

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
      return shakeHands(simulation, command.connection);
  }
  const socket = simulation.gateway.sockets.get(at(CONNECTIONS, command.connection).id);
  if (socket !== undefined) await performOn(simulation, socket, command);
}

type OnSocket = Extract<Command, { kind: "forge" | "disconnect" | "subscribe" | "unsubscribe" }>;

async function performOn(simulation: Simulation, socket: Socket, command: OnSocket): Promise<void> {
  switch (command.kind) {
    case "forge":
      if (!isExpired(socket, simulation.clock.now()) && isYoung(socket, simulation))
        await connect(simulation, socket, at(USERS, command.user));
      return;
    case "disconnect":
      hangUp(simulation, socket);
      await Promise.all(Array.from({ length: command.events }, () => disconnect(simulation, socket)));
      return;
    default:
      if (socket.state === "connecting") return;
      await (command.kind === "subscribe" ? subscribe : unsubscribe)(simulation, socket, at(ENTITIES, command.entity));
  }
}

async function shakeHands(simulation: Simulation, index: number): Promise<void> {
  const { id, userId, tokenSeconds } = at(CONNECTIONS, index);
  const known = simulation.gateway.sockets.get(id);
  if (known !== undefined) {
    if (isYoung(known, simulation)) await connect(simulation, known);
    return;
  }
  const connectedAt = simulation.clock.now();
  const tokenExpiresAt = addSeconds(simulation.nowSeconds(), tokenSeconds);
  const behaviour = simulation.conditions.behaviours[index] ?? "healthy";
  const socket: Socket = { id, userId, behaviour, connectedAt, tokenExpiresAt, state: "connecting", posts: 0 };
  simulation.gateway.sockets.set(id, socket);
  const { outcome } = await connect(simulation, socket);
  // The record exists before the socket is open: a post in between is answered with 410.
  for (const hop of ["answer", "handshake", "101"]) await simulation.environment.turns.wait(hop);
  const inTime = simulation.clock.now() - connectedAt <= HANDSHAKE_MILLIS;
  if (socket.state === "connecting" && outcome === "stored" && inTime) socket.state = "open";
  else hangUp(simulation, socket);
}

function hangUp(simulation: Simulation, socket: Socket): void {
  socket.state = "closed";
  socket.closedAt ??= simulation.history.now();
}

function isYoung({ connectedAt }: Socket, { clock }: Simulation): boolean {
  return clock.now() - connectedAt <= CONNECT_MILLIS;
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

function at<T>(cast: readonly T[], index: number): T {
  const found = cast[index];
  if (found === undefined) throw new RangeError("no fixture has this index");
  return found;
}
