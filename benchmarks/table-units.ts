import { DynamoRevocationList } from "../src/adapters/dynamodb/dynamo-revocation-list.ts";
import type { Connection } from "../src/domain/connection/connection.ts";
import type { Grants } from "../src/domain/grants/grant.ts";
import type { EntityId } from "../src/domain/subscription/subscription.ts";
import { aConnection, NOW } from "../tests/support/a-connection.ts";
import { anEntityId, aSubscription } from "../tests/support/a-subscription.ts";
import { CapacityMeter, type Units } from "../tests/support/capacity-meter.ts";
import { dynamoLifeStores } from "../tests/support/dynamo-life-stores.ts";
import { createTableAt } from "../tests/support/dynamodb-table.ts";
import { framesOf, grantsOf, openWith } from "../tests/support/granted-world.ts";
import { inBatches } from "../tests/support/in-batches.ts";
import { type LifeStores, OLD_END, renewalOf } from "../tests/support/life-stores.ts";
import { subscribeOne, unsubscribeOne } from "../tests/support/one-subscription.ts";
import { readAll } from "../tests/support/read-all.ts";
import { endpointOf, startDynamodbLocal } from "../tests/support/start-dynamodb-local.ts";
import { tableDefinition } from "../tests/support/template-table.ts";
import { frameUnits } from "./frame-units.ts";
import { PlainTablePatterns } from "./plain/table-patterns.ts";
import { ratio, type Table } from "./table.ts";

/** The operations of both ways, each over a table of its own. */
type Way = {
  readonly connect: (connection: Connection) => Promise<unknown>;
  readonly subscribe: (connection: Connection, entityId: EntityId) => Promise<unknown>;
  /** Subscribes to all entities by one message. Absent where each has a message of its own. */
  readonly resume?: (connection: Connection, entityIds: readonly EntityId[]) => Promise<unknown>;
  readonly unsubscribe: (connection: Connection, entityId: EntityId) => Promise<unknown>;
  readonly readSubscribers: (entityId: EntityId) => Promise<unknown>;
  readonly disconnect: (connection: Connection) => Promise<unknown>;
  /** Absent where no expiry is enforced. */
  readonly lookAtEnd?: (connection: Connection) => Promise<unknown>;
  /** Absent where no token is renewed. */
  readonly renew?: (connection: Connection) => Promise<unknown>;
  readonly measure: (work: () => Promise<unknown>) => Promise<Units>;
};

/** Capacity units by DynamoDB's own count, of what each operation does to the table and its index. */
export async function benchTableUnits(): Promise<Table[]> {
  const container = await startDynamodbLocal();
  try {
    const plain = await plainWay(endpointOf(container));
    const portcullis = await ourWay(endpointOf(container));
    const rows: string[][] = [];
    for (const [name, measure] of OPERATIONS) rows.push(rowOf(name, await measure(plain), await measure(portcullis)));
    for (const count of [0, 100]) {
      const units = await ofSubscriber(
        portcullis,
        count,
        ({ connection }) => portcullis.renew?.(connection) ?? nothing(),
      );
      rows.push(rowOf(`renew with ${count} subscriptions`, undefined, units));
    }
    for (const [name, ours] of Object.entries(grantedWays(portcullis))) {
      for (const audience of [1, 10]) {
        const units = [await life(plain, audience, 3), await life(ours, audience, 3)] as const;
        rows.push(rowOf(`${name}, ${audience} to an entity`, ...units));
      }
    }
    return [
      {
        title: "Capacity units",
        note: NOTE,
        columns: ["", "plain: reads", "writes", "Portcullis: reads", "writes", "ratio of sums", "of prices"],
        rows,
      },
      await frameUnits(portcullis),
    ];
  } finally {
    await container.stop();
  }
}

const NOTE =
  "Reads and writes in DynamoDB's capacity units (`ReturnConsumedCapacity` of DynamoDB Local), table and index together, " +
  "a transaction's writes counted double, each item by itself: DynamoDB Local leaves some out. A life is: connect, 3 subscriptions unless more are named, 20 pushes to their entities, a look at the record at its end, disconnect; " +
  "our connect reads revocations and counts the user's connections too; renewals are apart; " +
  "a push's read is shared by all subscribers of the entity. Plain reads are eventual and miss a subscriber that the index " +
  "does not have yet; ours are strong, at twice the price. Prices: a write unit costs five read units on demand.";

/** The template's default. */
const CONNECTION_LIMIT = 50;

const OPERATIONS: readonly (readonly [string, (way: Way) => Promise<Units>])[] = [
  ["connect", (way) => way.measure(() => way.connect(aConnection({ expiresAt: OLD_END })))],
  ...[0, 10, 99].map(
    (count) =>
      [
        `subscribe after ${count} others`,
        (way: Way) => ofSubscriber(way, count, ({ connection }) => way.subscribe(connection, anEntityId())),
      ] as const,
  ),
  [
    "subscribe once more",
    (way) => ofSubscriber(way, 1, ({ connection, entityIds }) => subscribeAll(way, connection, entityIds)),
  ],
  [
    "unsubscribe",
    (way) => ofSubscriber(way, 1, ({ connection, entityIds }) => unsubscribeAll(way, connection, entityIds)),
  ],
  ...[0, 10, 100].map(
    (count) =>
      [
        `disconnect with ${count} subscriptions`,
        (way: Way) => ofSubscriber(way, count, ({ connection }) => way.disconnect(connection)),
      ] as const,
  ),
  ["a push to 1,000 subscribers", readOfAudience],
  ...[1, 2, 10, 100].map(
    (audience) => [`a life, ${audience} to an entity`, (way: Way) => life(way, audience, 3)] as const,
  ),
  ...[1, 10].map(
    (audience) =>
      [`a life with 100 subscriptions, ${audience} to an entity`, (way: Way) => life(way, audience, 100)] as const,
  ),
];

type Subscriber = { readonly connection: Connection; readonly entityIds: readonly EntityId[] };

async function makeSubscriber(way: Way, entityIds: readonly EntityId[]): Promise<Subscriber> {
  const connection = aConnection({ expiresAt: OLD_END });
  await way.connect(connection);
  await subscribeAll(way, connection, entityIds);
  return { connection, entityIds };
}

/** The cost of an operation for a connection with a number of subscriptions. */
async function ofSubscriber(
  way: Way,
  count: number,
  work: (subscriber: Subscriber) => Promise<unknown>,
): Promise<Units> {
  const subscriber = await makeSubscriber(way, Array.from({ length: count }, anEntityId));
  return way.measure(() => work(subscriber));
}

async function subscribeAll(way: Way, connection: Connection, entityIds: readonly EntityId[]): Promise<void> {
  if (way.resume) await way.resume(connection, entityIds);
  else for (const entityId of entityIds) await way.subscribe(connection, entityId);
}

async function unsubscribeAll(way: Way, connection: Connection, entityIds: readonly EntityId[]): Promise<void> {
  for (const entityId of entityIds) await way.unsubscribe(connection, entityId);
}

async function readOfAudience(way: Way): Promise<Units> {
  const entityId = anEntityId();
  await inBatches(Array.from({ length: 1000 }), () => makeSubscriber(way, [entityId]));
  return way.measure(() => way.readSubscribers(entityId));
}

/** Per connection: all connections of the audience subscribe to the same entities. */
async function life(way: Way, audience: number, subscriptionCount: number): Promise<Units> {
  const entityIds = Array.from({ length: subscriptionCount }, anEntityId);
  const { reads, writes } = await way.measure(async () => {
    const subscribers = await inBatches(Array.from({ length: audience }), () => makeSubscriber(way, entityIds));
    for (let push = 0; push < 20; push += 1)
      await way.readSubscribers(entityIds[push % subscriptionCount] ?? anEntityId());
    await inBatches(subscribers, ({ connection }) => way.lookAtEnd?.(connection) ?? Promise.resolve());
    await inBatches(subscribers, ({ connection }) => way.disconnect(connection));
  });
  return { reads: reads / audience, writes: writes / audience };
}

type OurWay = Way & {
  readonly stores: LifeStores;
  readonly meter: CapacityMeter;
  readonly connectWith: (connection: Connection, grants: Grants) => Promise<unknown>;
};

/** Connections whose token has a grant, which is an item of its own. */
function grantedWays(way: OurWay): Readonly<Record<string, Way>> {
  const granted: Way = { ...way, connect: (connection) => way.connectWith(connection, grantsOf(1, 30)) };
  const resume: Way["resume"] = (connection, entityIds) => framesOf(way.stores, connection).subscribe(entityIds);
  return {
    "a life with one `resume`": { ...way, resume },
    "a life with a grant": granted,
    "a life with a grant and one `resume`": { ...granted, resume },
  };
}

async function ourWay(endpoint: string): Promise<OurWay> {
  const table = await createTableAt(endpoint);
  const meter = new CapacityMeter(table.documents);
  const stores = dynamoLifeStores(table);
  const { connections, subscriptions, renewals, endings } = stores;
  const revocations = new DynamoRevocationList(table);
  // As `$connect` does: the record, then the revocations that concern the token, and the user's other connections.
  const connectWith: OurWay["connectWith"] = async (connection, grants) => {
    const { id, identity, token } = connection;
    await openWith(stores, connection, grants);
    await revocations.concerning({ userId: identity.userId, token });
    await connections.countLive(identity.userId, NOW, id, CONNECTION_LIMIT);
  };
  return {
    ...{ stores, meter, connectWith },
    connect: (connection) => connectWith(connection, []),
    // As the sweep of the connection's slot does, if the connection is there until its end.
    lookAtEnd: ({ id }) => endings.inspect([id], NOW),
    renew: (connection) => renewals.renew(renewalOf(connection), NOW, nothing),
    subscribe: (connection, entityId) => subscribeOne(subscriptions, aSubscription(connection, entityId), NOW),
    unsubscribe: (connection, entityId) => unsubscribeOne(subscriptions, aSubscription(connection, entityId), NOW),
    readSubscribers: (entityId) => readAll((from) => subscriptions.subscribersOf(entityId, NOW, from)),
    disconnect: async ({ id }) => {
      await connections.close(id, NOW);
      await subscriptions.unsubscribeAll(id);
    },
    measure: (work) => meter.measure(work),
  };
}

async function plainWay(endpoint: string): Promise<Way> {
  const table = await createTableAt(endpoint, withEveryAttributeInTheIndex);
  const transactions = (await createTableAt(endpoint)).documents;
  const meters = [new CapacityMeter(table.documents), new CapacityMeter(transactions)] as const;
  const patterns = new PlainTablePatterns(table.name, table.documents, transactions);
  return {
    connect: (connection) => patterns.connect(connection),
    subscribe: (connection, entityId) => patterns.subscribe(connection, entityId),
    unsubscribe: (connection, entityId) => patterns.unsubscribe(connection, entityId),
    readSubscribers: (entityId) => patterns.readSubscribers(entityId),
    disconnect: (connection) => patterns.disconnect(connection),
    measure: async (work) => {
      let transacted: Units = { reads: 0, writes: 0 };
      const { reads, writes } = await meters[0].measure(async () => {
        transacted = await meters[1].measure(work);
      });
      return { reads, writes: writes + 2 * transacted.writes };
    },
  };
}

function withEveryAttributeInTheIndex(name: string, index: string): ReturnType<typeof tableDefinition> {
  const definition = tableDefinition(name, index);
  const indexes = definition.GlobalSecondaryIndexes?.map((one) => ({ ...one, Projection: { ProjectionType: "ALL" } }));
  return { ...definition, GlobalSecondaryIndexes: indexes as typeof definition.GlobalSecondaryIndexes };
}

async function nothing(): Promise<void> {}

/** On demand, in every region. */
const WRITE_PRICE = 5;

function rowOf(name: string, plain: Units | undefined, ours: Units): string[] {
  const spell = (units: number) => String(Number(units.toFixed(2)));
  const ourFigures = [spell(ours.reads), spell(ours.writes)];
  if (plain === undefined) return [name, "", "", ...ourFigures, "", ""];
  const figures = [spell(plain.reads), spell(plain.writes), ...ourFigures];
  const priceOf = ({ reads, writes }: Units) => reads + WRITE_PRICE * writes;
  return [
    name,
    ...figures,
    ratio(ours.reads + ours.writes, plain.reads + plain.writes),
    ratio(priceOf(ours), priceOf(plain)),
  ];
}
