import type { AccessChange } from "../grants/access-list.ts";
import type { UserId } from "../identity/identity.ts";
import { type EpochSeconds, toEpochSeconds } from "../time.ts";
import { isRevokedBy, type Revocation } from "../token/revocation.ts";
import type { Connection, ConnectionId } from "./connection.ts";
import { type Ending, type EndingCode, expiryCode, retryWithin } from "./ending.ts";

/** The facts of the event by which an administrator gave an order. */
type Ordered = {
  readonly eventId: string;
  /** When the event was published, in whole seconds: EventBridge's times have no fraction. */
  readonly orderedAt: EpochSeconds;
  /** The reason that the administrator stated. */
  readonly reason?: string;
};

export type RevocationOrder = Ordered & { readonly kind: "revocation"; readonly revocation: Revocation };

/** Ends a user's connections that were opened by `orderedAt`. */
export type DisconnectionOrder = Ordered & {
  readonly kind: "disconnection";
  readonly userId: UserId;
  readonly exceptConnectionId?: ConnectionId;
  /** Whether the clients may connect again by themselves. */
  readonly reconnect: boolean;
};

/** Grants a user access, or withdraws it. It may end subscriptions, and ends no connection. */
export type AccessOrder = Ordered & { readonly kind: "access"; readonly change: AccessChange };

export type AdminOrder = RevocationOrder | DisconnectionOrder | AccessOrder;

/** Says which connections end, and what their last frame says. `expiry` ends those whose time is over. */
export type ConnectionOrder = { readonly kind: "expiry" } | RevocationOrder | DisconnectionOrder;

/**
 * Says which subscriptions are looked at again, since their grants may have changed: `review` those of connections whose
 * token was renewed, or whose grants have an end of their own.
 */
export type ReviewOrder = { readonly kind: "review" } | AccessOrder;

export type EndingOrder = ConnectionOrder | ReviewOrder;

export function isReviewOrder(order: EndingOrder): order is ReviewOrder {
  return order.kind === "review" || order.kind === "access";
}

/** The code by which an order ends an open connection; undefined if it must stay. */
export function codeFor(order: ConnectionOrder, connection: Connection, now: EpochSeconds): EndingCode | undefined {
  switch (order.kind) {
    case "expiry":
      return expiryCode(connection, now);
    case "revocation": {
      const holder = { userId: connection.identity.userId, token: connection.token };
      return isRevokedBy(holder, order.revocation) ? "TOKEN_REVOKED" : undefined;
    }
    case "disconnection":
      return isDisconnectedBy(order, connection) ? "DISCONNECTED" : undefined;
  }
}

/** A client that came back after the event stays: the index is read several times, and a dead letter may come late. */
function isDisconnectedBy(order: DisconnectionOrder, { id, identity, connectedAt }: Connection): boolean {
  const isOpenedBefore = toEpochSeconds(connectedAt) <= order.orderedAt;
  return identity.userId === order.userId && id !== order.exceptConnectionId && isOpenedBefore;
}

const CODES: Readonly<Record<ConnectionOrder["kind"], readonly EndingCode[]>> = {
  expiry: ["CONNECTION_EXPIRED", "TOKEN_EXPIRED"],
  revocation: ["TOKEN_REVOKED"],
  disconnection: ["DISCONNECTED"],
};

/** True if an order may have ended the connection: it ends by the code, and does not except the connection. */
export function mayHaveEnded(
  order: ConnectionOrder,
  { id, code }: { readonly id: ConnectionId; readonly code: EndingCode },
): boolean {
  const isExcepted = order.kind === "disconnection" && order.exceptConnectionId === id;
  return CODES[order.kind].includes(code) && !isExcepted;
}

/** `cut` is the number of sockets that end together. An estimate will do. */
export function lastWords(order: ConnectionOrder, code: EndingCode, cut: number): Ending {
  const reconnect = order.kind !== "disconnection" || order.reconnect;
  const reason = order.kind === "expiry" ? undefined : order.reason;
  return { code, reconnect, retryWithin: retryWithin(cut), ...(reason !== undefined && { reason }) };
}
