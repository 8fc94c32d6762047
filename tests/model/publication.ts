import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { Delivery } from "../../src/domain/notification/delivery.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";

export type Audience = { readonly entityId: EntityId } | { readonly userId: UserId };

/** One event of the bus, and all that became of it. */
export type Publication = {
  readonly id: string;
  readonly audience: Audience;
  readonly publishedAt: number;
  /** A moment of the history, as `settled` is. */
  readonly published: number;
  /** The bus delivers at least once. */
  readonly copies: number;
  /** Who has to hear of it, unless something comes between. */
  readonly expected: readonly ConnectionId[];
  /** Once for every time. */
  readonly delivered: ConnectionId[];
  /** Delivered, and reported as a failure. */
  readonly unheard: ConnectionId[];
  readonly putAside: Delivery["to"][];
  /** How often a message of it was left in the queue. */
  returns: number;
  settled: number;
  settledAt: number;
};

export function isPutAside({ putAside }: Publication, id: ConnectionId): boolean {
  return putAside.some((to) => !("recipients" in to) || to.recipients.some(({ connectionId }) => connectionId === id));
}
