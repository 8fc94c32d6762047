import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import { connectionId } from "../support/notifications.ts";

export const EVENTS = 100_000;

const USERS = 50;
const CONNECTIONS_OF_USER = 4;
const CONNECTIONS = USERS * CONNECTIONS_OF_USER;
const ENTITIES = 200;

/** The posts of a delivery: four per invocation, in six invocations. */
export const POSTS_BEFORE_GIVING_UP = 24;
const MOST_THROTTLED = 30;

/**
 * The one fault of an event.
 * - `gone`: one of its connections has gone without a disconnect;
 * - `throttled`: the gateway responds 429 to this number of posts to its first connection;
 * - `crash`: the process ends with its first post, before or after the gateway accepted it, the first time or `always`.
 */
export type Fate =
  | { readonly kind: "gone" }
  | { readonly kind: "throttled"; readonly posts: number }
  | { readonly kind: "crash"; readonly delivered: boolean; readonly always: boolean };

export type TrafficEvent = {
  readonly number: number;
  readonly audience: { readonly entityId: string } | { readonly userId: string };
  readonly recipients: readonly ConnectionId[];
  readonly fate?: Fate;
};

/** 1 % gone, 1 % throttled, 0.1 % crashed, spread over updates and pushes. Each run has the same events. */
export function eventOf(number: number): TrafficEvent {
  const fate = fateOf(number);
  const own = fate?.kind === "gone" ? `-of-${number}` : "";
  const whose =
    number % 5 === 0 ? { userId: `user-${number % USERS}${own}` } : { entityId: `order-${number % ENTITIES}${own}` };
  const recipients = own === "" ? regularsOf(number) : [connectionId(`gone-${number}`), connectionId(`live-${number}`)];
  return { number, audience: whose, recipients, ...(fate && { fate }) };
}

function fateOf(number: number): Fate | undefined {
  if (number % 200 === 1 || number % 200 === 110) return { kind: "gone" };
  if (number % 200 === 2 || number % 200 === 105)
    return { kind: "throttled", posts: 1 + ((number >> 2) % MOST_THROTTLED) };
  if (number % 1000 === 503)
    return { kind: "crash", delivered: number % 3000 === 503, always: number % 10_000 === 503 };
  return undefined;
}

function regularsOf(number: number): readonly ConnectionId[] {
  if (number % 5 !== 0) {
    const entity = number % ENTITIES;
    return [regular(entity), regular(entity + 1)];
  }
  const user = number % USERS;
  return Array.from({ length: CONNECTIONS_OF_USER }, (_, index) => regular(user * CONNECTIONS_OF_USER + index));
}

function regular(index: number): ConnectionId {
  return connectionId(`c${index % CONNECTIONS}`);
}

/** Undefined for connections that only one event has. */
export function userOf(id: ConnectionId): string | undefined {
  const index = /^c(\d+)$/.exec(id)?.[1];
  return index === undefined ? undefined : `user-${Math.floor(Number(index) / CONNECTIONS_OF_USER)}`;
}
