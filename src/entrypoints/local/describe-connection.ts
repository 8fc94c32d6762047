import type { ConnectionId } from "../../domain/connection/connection.ts";
import { compose, resolve } from "../composition/container.ts";
import { stores } from "../composition/modules/stores/in-memory.ts";
import { memoryConnections } from "../composition/modules/stores/memory-connections.ts";

/**
 * What the store of this process knows about a connection: the handlers share it. `endsAt` is the end by token and
 * record, which comes before API Gateway's. Undefined for a connection that the store does not know.
 */
export function describeConnection(connectionId: string): object | undefined {
  const record = resolve(compose(stores), memoryConnections).openRecord(connectionId as ConnectionId);
  if (record === undefined) return undefined;
  const { connection, grants, subscribed } = record;
  return {
    userId: connection.identity.userId,
    endsAt: new Date(connection.expiresAt * 1000).toISOString(),
    issuerId: connection.token.issuer,
    grants: grants.map(({ verb, pattern }) => `${verb}:${pattern}`),
    subscriptions: [...subscribed],
  };
}
