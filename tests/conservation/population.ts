import type { MemoryConnectionStore } from "../../src/adapters/in-memory/memory-connection-store.ts";
import type { MemorySubscriptionStore } from "../../src/adapters/in-memory/memory-subscription-store.ts";
import type { Connection, ConnectionId } from "../../src/domain/connection/connection.ts";
import { addSeconds, type EpochMillis, toEpochSeconds } from "../../src/domain/time.ts";
import { tokenFacts } from "../support/a-connection.ts";
import { entityUpdate, userPush } from "../support/notifications.ts";
import { subscribeOne } from "../support/one-subscription.ts";
import { EVENTS, eventOf, type TrafficEvent, userOf } from "./traffic.ts";

type Stores = { readonly connections: MemoryConnectionStore; readonly subscriptions: MemorySubscriptionStore };

/** All recipients of all events, connected a minute ago and subscribed to their entities. */
export async function populate({ connections, subscriptions }: Stores, now: EpochMillis): Promise<void> {
  const connectedAt = (now - 60_000) as EpochMillis;
  const expiresAt = addSeconds(toEpochSeconds(now), 7000);
  const people = new Map<ConnectionId, Connection>();
  for (let number = 0; number < EVENTS; number += 1) {
    const event = eventOf(number);
    for (const id of event.recipients) {
      const { userId } = userPush({ userId: nameOf(id, event) });
      const facts = { sourceIp: "192.0.2.1", connectedAt, token: tokenFacts({ expiresAt }), expiresAt };
      const person = people.get(id) ?? { id, identity: { userId }, ...facts };
      if (!people.has(id)) await connections.open(person, []);
      people.set(id, person);
      if ("userId" in event.audience) continue;
      const { entityId } = entityUpdate(event.audience);
      const subscription = { entityId, connectionId: id, userId, connectedAt, expiresAt };
      await subscribeOne(subscriptions, subscription, toEpochSeconds(now), { limit: Number.POSITIVE_INFINITY });
    }
  }
}

function nameOf(id: ConnectionId, { audience }: TrafficEvent): string {
  return userOf(id) ?? ("userId" in audience ? audience.userId : `user-of-${id}`);
}
