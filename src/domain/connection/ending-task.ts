import type { UserId } from "../identity/identity.ts";
import type { EpochSeconds } from "../time.ts";
import type { ConnectionId } from "./connection.ts";
import type { EndSlot } from "./ending.ts";
import type { EndingOrder } from "./ending-order.ts";

/** The most connections that are inspected together, and that one message names. */
export const MAX_ENDED_AT_ONCE = 100;

/** The connections of an order that an invocation has to look at. */
export type EndingPart =
  /** All that the order means, as its event came. */
  | { readonly kind: "event" }
  /** Those whose ends are in the slots from `from` on, before `until`. In the first slot from the page on. */
  | { readonly kind: "slots"; readonly from: EndSlot; readonly until: EpochSeconds; readonly page?: string }
  /** Those of the order's user, from the page on. */
  | { readonly kind: "user"; readonly page?: string }
  /** Those of the order's issuer: to be counted and divided. */
  | { readonly kind: "issuer" }
  | { readonly kind: "named"; readonly ids: readonly ConnectionId[] };

export type EndingTask = {
  readonly order: EndingOrder;
  readonly part: EndingPart;
  /** The number of sockets that end together, as far as it is known. */
  readonly cut: number;
  /** The number of invocations so far that failed with it. */
  readonly attempt: number;
  /** An invocation that had it may have been interrupted: sockets of connections that it ended may still be open. */
  readonly wasInterrupted?: true;
};

/** The task to decide anew about subscriptions of connections. */
export function reviewTask(ids: readonly ConnectionId[]): EndingTask {
  return { order: { kind: "review" }, part: { kind: "named", ids }, cut: 0, attempt: 0 };
}

/** The reason why a task became a dead letter. */
export type UnendedReason = "ATTEMPTS_EXHAUSTED" | "MALFORMED_PAGE";

/** The one user whose connections an order concerns. */
export function userOf(order: EndingOrder): UserId | undefined {
  if (order.kind === "expiry" || order.kind === "review") return undefined;
  if (order.kind === "access") return order.change.userId;
  if (order.kind === "disconnection") return order.userId;
  return order.revocation.kind === "issuer" ? undefined : order.revocation.userId;
}

/** False for a task that nothing here makes: its message was forged. */
export function isPartOf(order: EndingOrder, part: EndingPart): boolean {
  switch (part.kind) {
    case "event":
      return order.kind !== "expiry" && order.kind !== "review";
    case "user":
      return userOf(order) !== undefined;
    case "issuer":
      return order.kind === "revocation" && order.revocation.kind === "issuer";
    case "slots":
      return userOf(order) === undefined && order.kind !== "review";
    case "named":
      return true;
  }
}
