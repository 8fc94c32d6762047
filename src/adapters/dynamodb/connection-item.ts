import type { Connection } from "../../domain/connection/connection.ts";
import { parseConnectionId } from "../../domain/connection/connection-id.ts";
import { parseIdentity } from "../../domain/identity/identity.ts";
import { isPlainObject } from "../../domain/own-property.ts";
import { type EntityId, parseEntityId } from "../../domain/subscription/entity-id.ts";
import { parseEpochMillis, parseEpochSeconds } from "../../domain/time.ts";
import { connectionKey, momentKey } from "./table-keys.ts";

/**
 * A connection as the table holds it. The user id is the index's partition and the expiry begins its sort key, so that
 * expired records are passed over without being read. `ttl` is for DynamoDB's collector, which may be days late.
 */
export function toConnectionItem({ id, identity, expiresAt, ...facts }: Connection): Record<string, unknown> {
  const { userId, ...names } = identity;
  return {
    ...connectionKey(id),
    GSI1PK: userId,
    GSI1SK: momentKey(expiresAt),
    ...names,
    ...facts,
    expiresAt,
    ttl: expiresAt,
  };
}

/** Undefined for whatever else is in the table: a tombstone, another kind, an older or a newer schema. */
export function fromConnectionItem(item: unknown): Connection | undefined {
  if (!isPlainObject(item) || item["sk"] !== "connection") return undefined;
  const id = parseConnectionId(item["pk"]);
  const identity = parseIdentity({ ...item, userId: item["GSI1PK"] });
  const connectedAt = parseEpochMillis(item["connectedAt"]);
  const expiresAt = parseEpochSeconds(item["expiresAt"]);
  const { sourceIp, userAgent } = item;
  if (!id || !identity || !connectedAt || !expiresAt || typeof sourceIp !== "string") return undefined;
  return {
    id,
    identity,
    sourceIp,
    ...(typeof userAgent === "string" && { userAgent }),
    connectedAt,
    expiresAt,
  };
}

/** The entities named by the record's set, which is absent when it is empty. The store of subscriptions writes it. */
export function followingFromItem(item: unknown): readonly EntityId[] {
  const following = isPlainObject(item) ? item["following"] : undefined;
  return following instanceof Set ? [...following].flatMap((name) => parseEntityId(name) ?? []) : [];
}

/** Every attribute that tells who was on a connection or leads to it, and that it was open: a tombstone has none. */
export const OPEN_ATTRIBUTES: readonly string[] = [
  "GSI1PK",
  "GSI1SK",
  "firstName",
  "lastName",
  "sub",
  "sourceIp",
  "userAgent",
  "connectedAt",
  "expiresAt",
];
