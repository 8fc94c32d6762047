import { marshall } from "@aws-sdk/util-dynamodb";
import { toConnectionItem } from "../src/adapters/dynamodb/connection-item.ts";
import { toSubscriptionItem } from "../src/adapters/dynamodb/subscription-item.ts";
import { type ConnectionId, parseConnectionId } from "../src/domain/connection/connection.ts";
import { parseUserId, type UserId } from "../src/domain/identity/identity.ts";
import { type EntityId, parseEntityId } from "../src/domain/subscription/subscription.ts";
import { aConnection } from "../tests/support/a-connection.ts";
import { aSubscription } from "../tests/support/a-subscription.ts";
import { SECRET } from "./settings.ts";

/** The entity that each connection is subscribed to. */
export const SUBSCRIBED_ENTITY = "order-1";

/** The version that a rotation has made and not yet promoted. */
export const PENDING_VERSION = "00000000-0000-4000-8000-00000000000b";

type Text = { readonly S: string };
type Key = { readonly pk: Text; readonly sk: Text };
type Body = {
  readonly ExpressionAttributeValues?: Readonly<Record<string, Text>>;
  readonly Key?: Key;
  readonly RequestItems?: Readonly<Record<string, { readonly Keys: readonly Key[] }>>;
};
/** By the name of an operation in the header `x-amz-target`. An operation that is absent answers `{}`. */
export type Answers = Readonly<Record<string, (body: Body) => unknown>>;

/** The user and the connection of tests/support/gateway-events.ts. */
const USER = parseUserId("ann") as UserId;
const RECIPIENT = { S: "gbgHYy9RVQAYKEj2kA==" };

/** A year ago: no rotation is under way, so the previous version is not asked for. */
export const CREATED_AT = Date.now() / 1000 - 365 * 86_400;

/** A secret, and a table without items. */
export const emptyTable: Answers = {
  "secretsmanager.GetSecretValue": () => ({
    SecretString: JSON.stringify({ signature: SECRET }),
    CreatedDate: CREATED_AT,
    VersionStages: ["AWSCURRENT"],
  }),
  "secretsmanager.DescribeSecret": () => ({
    VersionIdsToStages: { [PENDING_VERSION]: ["AWSPENDING"], current: ["AWSCURRENT"] },
  }),
  "DynamoDB_20120810.Query": () => ({ Items: [], Count: 0, ScannedCount: 0 }),
};

/** A table in which each connection is open and has one subscription, each audience is one recipient, and none ends soon. */
export const oneRecipient: Answers = {
  ...emptyTable,
  "DynamoDB_20120810.Query": ({ ExpressionAttributeValues = {} }) => {
    const { ":connection": connection, ":entity": entity, ":slot": slot } = ExpressionAttributeValues;
    if (slot !== undefined) return { Items: [], Count: 0, ScannedCount: 0 };
    return { Items: [itemAt({ pk: connection ?? entity ?? RECIPIENT, sk: RECIPIENT })], Count: 1, ScannedCount: 1 };
  },
  "DynamoDB_20120810.GetItem": ({ Key }) => (Key === undefined ? {} : { Item: itemAt(Key) }),
  "DynamoDB_20120810.BatchGetItem": ({ RequestItems = {} }) => ({
    Responses: Object.fromEntries(
      Object.entries(RequestItems).map(([table, { Keys }]) => [table, Keys.filter(isRecord).map(itemAt)]),
    ),
    UnprocessedKeys: {},
  }),
};

/** No token is revoked. */
function isRecord({ pk }: Key): boolean {
  return !pk.S.startsWith("REVOKED#");
}

/** The row of a subscriber in an entity's partition, or else the record of a connection. */
function itemAt({ pk, sk }: Key): unknown {
  const entityId = /^ENTITY#(.+)/.exec(pk.S)?.[1];
  const connection = aConnection({
    id: parseConnectionId(entityId === undefined ? pk.S : sk.S) as ConnectionId,
    identity: { userId: USER },
  });
  if (entityId !== undefined) {
    return marshall(toSubscriptionItem(aSubscription(connection, parseEntityId(entityId) as EntityId), 0));
  }
  return marshall({ ...toConnectionItem(connection), count: 1, names: new Set([SUBSCRIBED_ENTITY]) });
}
