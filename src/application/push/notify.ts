import type { Delivery } from "../../domain/notification/delivery.ts";
import type { EntityUpdate, Recipient, UserPush } from "../../domain/notification/notification.ts";
import { type EpochMillis, toEpochSeconds } from "../../domain/time.ts";
import type { CloseConnection } from "../connections/open-and-close.ts";
import type { ConnectionStore, ListedConnection } from "../ports/connection-store.ts";
import type { SubscriptionStore } from "../ports/subscription-store.ts";
import type { Clock } from "../ports/system.ts";
import type { DeliveryReport } from "./delivery-report.ts";
import type { FanOut } from "./fan-out.ts";

/**
 * Pushes to all subscribers of an entity. Throws DependencyUnavailableError if the delivery must return to its queue.
 */
export type NotifyEntity = (delivery: Delivery<EntityUpdate>, deadline: EpochMillis) => Promise<DeliveryReport>;

export function makeNotifyEntity(deps: {
  readonly fanOut: FanOut;
  readonly subscriptions: SubscriptionStore;
  readonly closeConnection: CloseConnection;
  readonly clock: Clock;
}): NotifyEntity {
  return (delivery, deadline) => {
    const { entityId } = delivery.notification;
    return deps.fanOut({
      delivery,
      deadline,
      // Its row and not only its record: the end may be that of its grant.
      findAgain: async ({ connectionId }) => {
        const now = toEpochSeconds(deps.clock.now());
        const [subscription] = await deps.subscriptions.subscribersAmong([connectionId], entityId, now);
        return subscription;
      },
      read: (from) => deps.subscriptions.subscribersOf(entityId, toEpochSeconds(deps.clock.now()), from),
      findNamed: (ids) => deps.subscriptions.subscribersAmong(ids, entityId, toEpochSeconds(deps.clock.now())),
      // The row of this entity was read. The connection's record names the other rows, unless TTL removed it before
      // them.
      forget: (connectionId) => deps.closeConnection(connectionId, entityId),
    });
  };
}

/** Pushes to every connection of a user. Throws DependencyUnavailableError if the delivery must return to its queue. */
export type NotifyUser = (delivery: Delivery<UserPush>, deadline: EpochMillis) => Promise<DeliveryReport>;

export function makeNotifyUser(deps: {
  readonly fanOut: FanOut;
  readonly connections: ConnectionStore;
  readonly closeConnection: CloseConnection;
  readonly clock: Clock;
}): NotifyUser {
  return (delivery, deadline) => {
    const { userId } = delivery.notification;
    return deps.fanOut({
      delivery,
      deadline,
      findAgain: async ({ connectionId }) => {
        const now = toEpochSeconds(deps.clock.now());
        const [live] = await deps.connections.liveConnectionsAmong([connectionId], userId, now);
        return live && toRecipient(live);
      },
      read: async (from) => {
        const page = await deps.connections.liveConnectionsOf(userId, toEpochSeconds(deps.clock.now()), from);
        return { ...page, items: page.items.map(toRecipient) };
      },
      findNamed: async (ids) => {
        const live = await deps.connections.liveConnectionsAmong(ids, userId, toEpochSeconds(deps.clock.now()));
        return live.map(toRecipient);
      },
      forget: (connectionId) => deps.closeConnection(connectionId),
    });
  };
}

function toRecipient({ id, identity, connectedAt, expiresAt }: ListedConnection): Recipient {
  return { connectionId: id, userId: identity.userId, connectedAt, expiresAt };
}

/** Delivers a notification of either kind. Throws DependencyUnavailableError if it must return to its queue. */
export type Deliver = (delivery: Delivery, deadline: EpochMillis) => Promise<DeliveryReport>;

export function makeDeliver(deps: { readonly notifyEntity: NotifyEntity; readonly notifyUser: NotifyUser }): Deliver {
  return (delivery, deadline) => {
    const { notification } = delivery;
    return notification.kind === "entity-update"
      ? deps.notifyEntity({ ...delivery, notification }, deadline)
      : deps.notifyUser({ ...delivery, notification }, deadline);
  };
}
