import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { Delivery } from "../../src/domain/notification/delivery.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";

export type Audience = { readonly entityId: EntityId } | { readonly userId: UserId };

/** One event of the bus, with all its deliveries. */
export type Publication = {
  readonly id: string;
  readonly audience: Audience;
  readonly publishedAt: number;
  /** A moment of the history, as `settled` is. */
  readonly published: number;
  /** The bus delivers at least once. */
  readonly copies: number;
  /** The connections that must receive it, unless they end or unsubscribe meanwhile. */
  readonly expected: readonly ConnectionId[];
  /** One entry for each delivery. */
  readonly delivered: ConnectionId[];
  /** Delivered, but reported as a failure. */
  readonly unacknowledged: ConnectionId[];
  readonly deadLettered: Delivery["to"][];
  /** How often one of its messages stayed in the queue after an invocation. */
  returns: number;
  settled: number;
  settledAt: number;
};

export function isDeadLettered({ deadLettered }: Publication, id: ConnectionId): boolean {
  return deadLettered.some(
    (to) => !("recipients" in to) || to.recipients.some(({ connectionId }) => connectionId === id),
  );
}
