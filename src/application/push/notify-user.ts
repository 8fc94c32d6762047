import type { Connection } from "../../domain/connection/connection.ts";
import type { Delivery } from "../../domain/notification/delivery.ts";
import type { UserPush } from "../../domain/notification/notification.ts";
import type { Recipient } from "../../domain/notification/recipient.ts";
import { type EpochMillis, toEpochSeconds } from "../../domain/time.ts";
import type { CloseConnection } from "../connections/close-connection.ts";
import type { Clock } from "../ports/clock.ts";
import type { ConnectionStore } from "../ports/connection-store.ts";
import type { DeliveryReport } from "./delivery-report.ts";
import type { FanOut } from "./fan-out.ts";

/** Tells a user on every connection. Throws DependencyUnavailableError when the delivery has to come back. */
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

function toRecipient({ id, identity, connectedAt, expiresAt }: Connection): Recipient {
  return { connectionId: id, userId: identity.userId, connectedAt, expiresAt };
}
