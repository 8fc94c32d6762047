import { DynamoAdministeredAccess } from "../../../src/adapters/dynamodb/dynamo-administered-access.ts";
import { DynamoConnectionRenewals } from "../../../src/adapters/dynamodb/dynamo-connection-renewals.ts";
import { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoSubscriptionReviews } from "../../../src/adapters/dynamodb/dynamo-subscription-reviews.ts";
import { DynamoSubscriptionStore } from "../../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import { connectionKey, grantsKey } from "../../../src/adapters/dynamodb/table-keys.ts";
import { MemoryAdministeredAccess } from "../../../src/adapters/in-memory/memory-administered-access.ts";
import { type LiveRecord, MemoryConnectionStore } from "../../../src/adapters/in-memory/memory-connection-store.ts";
import { MemorySubscriptionStore } from "../../../src/adapters/in-memory/memory-subscription-store.ts";
import type { AdministeredAccess } from "../../../src/application/ports/administered-access.ts";
import type { ConnectionRenewals } from "../../../src/application/ports/connection-renewals.ts";
import type { ConnectionStore } from "../../../src/application/ports/connection-store.ts";
import type { SubscriptionReviews } from "../../../src/application/ports/subscription-reviews.ts";
import type { SubscriptionStore } from "../../../src/application/ports/subscription-store.ts";
import type { ConnectionId } from "../../../src/domain/connection/connection.ts";
import type { Grants } from "../../../src/domain/grants/grant.ts";
import { parseWrittenGrants } from "../../../src/domain/grants/token-grants.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import { FakeTable } from "../table/fake-table.ts";
import { setsAsLists } from "../table/steps.ts";

/** What a search looks at from outside. */
type Look = {
  /** Tells whether a decision was made before the last change of the connection. */
  readonly revision: number;
  readonly grants: Grants;
  /** All on which later steps depend, but for revisions, which are only compared with each other. */
  readonly contents: unknown;
};

export type WorldStores = {
  readonly connections: Pick<ConnectionStore, "open">;
  readonly renewals: ConnectionRenewals;
  readonly subscriptions: SubscriptionStore;
  readonly reviews: SubscriptionReviews;
  readonly administered: AdministeredAccess;
  readonly look: (id: ConnectionId, userId: UserId) => Promise<Look>;
  /** For mutants, which are made over the stores in memory. */
  readonly record: (id: ConnectionId) => LiveRecord | undefined;
};

export function memoryStores(): WorldStores {
  const connections = new MemoryConnectionStore();
  const subscriptions = new MemorySubscriptionStore(connections);
  const administered = new MemoryAdministeredAccess();
  return {
    ...{ connections, renewals: connections, subscriptions, reviews: subscriptions, administered },
    record: (id) => connections.openRecord(id),
    look: async (id, userId) => {
      const record = connections.openRecord(id);
      const { revision, seq, untold } = record?.marks ?? { revision: 0 };
      const grants = record?.grants ?? [];
      const contents = [
        ...[seq, [...(record?.subscribed ?? [])], untold && [untold.seq, untold.ended]],
        ...[record?.connection.token.expiresAt, grants, await administered.entriesOf(userId)],
      ];
      return { revision, grants, contents };
    },
  };
}

const MUCH = { budgetMillis: 600_000, changeBudgetMillis: 600_000 };

/** The adapters for DynamoDB on a fake table, in which nothing waits for time. */
export function dynamoStores(): WorldStores {
  const items = new FakeTable();
  const documents = { send: async (command: never) => items.perform(command) } as Partial<DynamoTable["documents"]>;
  const table: DynamoTable = { documents: documents as never, name: "table", index: "GSI1", ...MUCH };
  let millis = 0;
  const waiting = {
    pause: async (more: number) => {
      millis += more;
    },
    now: () => millis,
  };
  return {
    connections: new DynamoConnectionStore(table),
    renewals: new DynamoConnectionRenewals(table),
    subscriptions: new DynamoSubscriptionStore(table, waiting),
    reviews: new DynamoSubscriptionReviews(table, waiting),
    administered: new DynamoAdministeredAccess(table),
    record: () => undefined,
    look: async (id) => ({
      revision: Number(items.find(connectionKey(id))?.["revision"]),
      grants: parseWrittenGrants(items.find(grantsKey(id))?.["grants"] ?? []) ?? [],
      contents: JSON.parse(JSON.stringify(items.all().map(withoutRevision), setsAsLists)),
    }),
  };
}

function withoutRevision({ revision: _, ...item }: Readonly<Record<string, unknown>>) {
  return item;
}
