import type { Delivery } from "../../domain/notification/delivery.ts";
import type { EntityUpdate } from "../../domain/notification/notification.ts";
import { type EpochMillis, toEpochSeconds } from "../../domain/time.ts";
import type { CloseConnection } from "../connections/close-connection.ts";
import type { Clock } from "../ports/clock.ts";
import type { SubscriptionStore } from "../ports/subscription-store.ts";
import type { DeliveryReport } from "./delivery-report.ts";
import type { FanOut } from "./fan-out.ts";

/** Tells everybody who follows an entity. Throws DependencyUnavailableError when the delivery has to come back. */
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
      read: (from) => deps.subscriptions.followersOf(entityId, toEpochSeconds(deps.clock.now()), from),
      findNamed: (ids) => deps.subscriptions.followersAmong(ids, entityId, toEpochSeconds(deps.clock.now())),
      // This row was seen. The connection's record names the other rows, unless a tombstone was collected before its rows.
      forget: (connectionId) => deps.closeConnection(connectionId, entityId),
    });
  };
}
