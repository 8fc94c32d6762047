import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import { connectionId } from "../support/notifications.ts";

export const EVENTS = 100_000;

const USERS = 50;
const CONNECTIONS_OF_USER = 4;
const CONNECTIONS = USERS * CONNECTIONS_OF_USER;
const ENTITIES = 200;

/** Four posts an invocation and six invocations. */
export const POSTS_BEFORE_GIVING_UP = 24;
const MOST_THROTTLED = 30;

/**
 * What goes wrong with an event, the rest going well.
 * - `gone`: one of its connections is, and nobody has said so;
 * - `throttled`: its first connection answers so many posts with 429;
 * - `crash`: the process ends with its first post, before or after the gateway took it; `always`, or the first time.
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

/** 1 % gone, 1 % throttled, 0.1 % crashed, spread over updates and pushes: the same events every time. */
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

/** Undefined for the connections that one event has to itself. */
export function userOf(id: ConnectionId): string | undefined {
  const index = /^c(\d+)$/.exec(id)?.[1];
  return index === undefined ? undefined : `user-${Math.floor(Number(index) / CONNECTIONS_OF_USER)}`;
}
