import { addSeconds, type EpochMillis } from "../../src/domain/time.ts";
import { readEntityUpdate, readUserPush } from "../support/message-readers.ts";
import { entityUpdated } from "../support/queued-messages.ts";
import { CONNECTIONS, ENTITIES, USERS } from "./cast.ts";
import type { Command } from "./command.ts";
import { connect, disconnect, subscribe, unsubscribe } from "./functions.ts";
import type { Socket } from "./gateway-model.ts";
import { isOver } from "./is-over.ts";
import { expectedAudience } from "./judge-publication.ts";
import type { Audience } from "./publication.ts";
import type { World } from "./world.ts";

/** Lambda's five seconds, and what is between. */
const HANDSHAKE_MILLIS = 6_000;

/** No $connect arrives later than this: the handshake has long been given up. */
const CONNECT_MILLIS = 60_000;

/** Begins what the command says, as far as that can happen; resolves when it has ended. */
export async function performCommand(world: World, command: Command): Promise<void> {
  switch (command.kind) {
    case "publish to entity":
      return publish(world, { entityId: at(ENTITIES, command.entity) }, command.copies);
    case "publish to user":
      return publish(world, { userId: at(USERS, command.user) }, command.copies);
    case "advance":
      return world.clock.advance(command.seconds);
    case "connect":
      return shakeHands(world, command.connection);
  }
  const socket = world.gateway.sockets.get(at(CONNECTIONS, command.connection).id);
  if (socket !== undefined) await performOn(world, socket, command);
}

type OnSocket = Extract<Command, { kind: "forge" | "disconnect" | "subscribe" | "unsubscribe" }>;

async function performOn(world: World, socket: Socket, command: OnSocket): Promise<void> {
  switch (command.kind) {
    case "forge":
      if (!isOver(socket, world.clock.now()) && isYoung(socket, world))
        await connect(world, socket, at(USERS, command.user));
      return;
    case "disconnect":
      hangUp(world, socket);
      await Promise.all(Array.from({ length: command.events }, () => disconnect(world, socket)));
      return;
    default:
      if (socket.state === "connecting") return;
      await (command.kind === "subscribe" ? subscribe : unsubscribe)(world, socket, at(ENTITIES, command.entity));
  }
}

async function shakeHands(world: World, index: number): Promise<void> {
  const { id, userId, tokenSeconds } = at(CONNECTIONS, index);
  const known = world.gateway.sockets.get(id);
  if (known !== undefined) {
    if (isYoung(known, world)) await connect(world, known);
    return;
  }
  const connectedAt = world.clock.now();
  const tokenExpiresAt = addSeconds(world.nowSeconds(), tokenSeconds);
  const temper = world.conditions.tempers[index] ?? "healthy";
  const socket: Socket = { id, userId, temper, connectedAt, tokenExpiresAt, state: "connecting", posts: 0 };
  world.gateway.sockets.set(id, socket);
  const { outcome } = await connect(world, socket);
  // The record is there and the socket not yet: until the answer has arrived, posts are told 410.
  for (const hop of ["answer", "handshake", "101"]) await world.around.turns.take(hop);
  const inTime = world.clock.now() - connectedAt <= HANDSHAKE_MILLIS;
  if (socket.state === "connecting" && outcome === "stored" && inTime) socket.state = "open";
  else hangUp(world, socket);
}

function hangUp(world: World, socket: Socket): void {
  socket.state = "closed";
  socket.closedAt ??= world.history.now();
}

function isYoung({ connectedAt }: Socket, { clock }: World): boolean {
  return clock.now() - connectedAt <= CONNECT_MILLIS;
}

function publish(world: World, audience: Audience, copies: number): void {
  const eventId = `event-${world.publications.size}`;
  const published = world.history.now();
  const publishedAt = world.clock.now();
  world.publications.set(eventId, {
    ...{ id: eventId, audience, copies, published, publishedAt },
    expected: expectedAudience(audience, published, world),
    ...{ delivered: [], unheard: [], putAside: [], returns: 0 },
    ...{ settled: Number.POSITIVE_INFINITY, settledAt: Number.POSITIVE_INFINITY },
  });
  const body = JSON.stringify(envelope(eventId, publishedAt, audience));
  const read = "entityId" in audience ? readEntityUpdate : readUserPush;
  for (let copy = 0; copy < copies; copy += 1) world.queue.send({ eventId, body, read });
}

function envelope(id: string, publishedAt: EpochMillis, audience: Audience): object {
  const time = new Date(publishedAt).toISOString();
  const detailType = "entityId" in audience ? "Entity Updated" : "Send User Push Notification";
  return entityUpdated({ ...audience, message: "news" }, { id, time, "detail-type": detailType });
}

function at<T>(cast: readonly T[], index: number): T {
  const found = cast[index];
  if (found === undefined) throw new RangeError("nobody of that number");
  return found;
}
