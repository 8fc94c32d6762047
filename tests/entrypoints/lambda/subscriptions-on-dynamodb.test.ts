import { setTimeout as pause } from "node:timers/promises";
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoSubscriptionStore } from "../../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import { makeCloseConnection } from "../../../src/application/connections/open-and-close.ts";
import type { AccessPolicy } from "../../../src/application/ports/access-policy.ts";
import { makeSubscribe, makeUnsubscribe } from "../../../src/application/subscriptions/subscribe.ts";
import { type ConnectionId, parseConnectionId } from "../../../src/domain/connection/connection.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import { addSeconds, type EpochMillis, type EpochSeconds } from "../../../src/domain/time.ts";
import { disconnectHandler } from "../../../src/entrypoints/lambda/handlers/disconnect.ts";
import { subscribeHandler } from "../../../src/entrypoints/lambda/handlers/subscribe.ts";
import { unsubscribeHandler } from "../../../src/entrypoints/lambda/handlers/unsubscribe.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";
import { aConnection } from "../../support/a-connection.ts";
import { anEntityId } from "../../support/a-subscription.ts";
import { CapacityMeter } from "../../support/capacity-meter.ts";
import { createTable } from "../../support/create-table.ts";
import { CONNECTED_AT, disconnectEvent, messageEvent } from "../../support/gateway-events.ts";
import { inBatches } from "../../support/in-batches.ts";
import { isLinearizable, type Request } from "../../support/is-linearizable.ts";
import { lambdaContext } from "../../support/lambda-context.ts";

const NOW = (CONNECTED_AT / 1000) as EpochSeconds;
const ALLOWING: AccessPolicy = {
  decide: async (_requester, entityIds) => entityIds.map(() => ({ kind: "allowed", rule: "TEST" })),
};
const OUTCOMES: Readonly<Record<string, string>> = {
  subscribed: "subscribed",
  unsubscribed: "unsubscribed",
  LIMIT: "limit-reached",
  NOT_CONNECTED: "not-connected",
  INTERNAL: "failed",
};

/** A client with its own connection. Its messages go through the handlers, and its responses are recorded. */
class Client {
  readonly id: ConnectionId;
  readonly requests: Request[] = [];
  readonly #stores: { connections: DynamoConnectionStore; subscriptions: DynamoSubscriptionStore; clock: FixedClock };
  readonly #limit: number;
  #moment = 0;

  private constructor(id: ConnectionId, table: DynamoTable, limit: number) {
    this.id = id;
    this.#limit = limit;
    this.#stores = {
      connections: new DynamoConnectionStore(table),
      subscriptions: new DynamoSubscriptionStore(table),
      clock: new FixedClock(CONNECTED_AT),
    };
  }

  static async connect(table: DynamoTable, limit: number): Promise<Client> {
    const connection = aConnection({
      userId: "ann" as UserId,
      connectedAt: CONNECTED_AT as EpochMillis,
      expiresAt: addSeconds(NOW, 3600),
    });
    const client = new Client(parseConnectionId(connection.id) as ConnectionId, table, limit);
    await client.#stores.connections.open(connection, []);
    return client;
  }

  subscribe(entity: string): Promise<string> {
    const handler = subscribeHandler({
      subscribe: makeSubscribe({ policy: ALLOWING, ids: { next: () => "1" }, ...this.#stores, limit: this.#limit }),
      logger: new RecordingLogger(),
    });
    return this.#ask(handler, "subscribe", entity);
  }

  unsubscribe(entity: string): Promise<string> {
    return this.#ask(
      unsubscribeHandler({ unsubscribe: makeUnsubscribe(this.#stores), logger: new RecordingLogger() }),
      "unsubscribe",
      entity,
    );
  }

  async disconnect(): Promise<void> {
    const handler = disconnectHandler({ close: makeCloseConnection(this.#stores), logger: new RecordingLogger() });
    await handler(disconnectEvent({ connectionId: this.id }), lambdaContext(60_000));
  }

  /** The entities whose pushes would reach this client. */
  async heard(entities: readonly string[]): Promise<readonly string[]> {
    const pages = await inBatches(entities, async (entity) => {
      const { items } = await this.#stores.subscriptions.subscribersOf(entity as EntityId, NOW);
      return items.some(({ connectionId }) => connectionId === this.id) ? [entity] : [];
    });
    return pages.flat();
  }

  async #ask(handler: ReturnType<typeof subscribeHandler>, action: string, entityId: string): Promise<string> {
    this.#moment += 1;
    const begun = this.#moment;
    const event = messageEvent(JSON.stringify({ action, entityId }), { connectionId: this.id });
    const { body = "" } = await handler(event, lambdaContext(60_000));
    const { type, code } = JSON.parse(body) as { readonly type: string; readonly code?: string };
    const outcome = OUTCOMES[code ?? type] ?? "";
    this.#moment += 1;
    const kind = action === "subscribe" ? "subscribe" : "unsubscribe";
    this.requests.push({ kind, entity: entityId, outcome, begun, ended: this.#moment } as Request);
    return outcome;
  }
}

describe.skipIf(!inject("containerEngine"))("the responses to a client, and the pushes that then reach it,", () => {
  let table: DynamoTable;
  let entities: readonly [string, string, string];
  beforeAll(async () => {
    table = await createTable();
  });
  beforeEach(() => {
    entities = [anEntityId(), anEntityId(), anEntityId()];
  });

  it("inv:1 inv:15 agree when a refused, an ending and a further subscription overlap at the limit", async () => {
    const rounds = await inBatches(Array.from({ length: 50 }), async () => {
      const [a, b, c] = [anEntityId(), anEntityId(), anEntityId()];
      const client = await Client.connect(table, 2);
      await client.subscribe(a);
      await client.subscribe(b);
      await Promise.all([client.subscribe(c), client.unsubscribe(b), client.subscribe(c)]);
      const left = await client.heard([a, b, c]);
      const fits = isLinearizable(client.requests, { limit: 2, finally: left });
      await client.disconnect();
      return { fits, outlived: await client.heard([a, b, c]) };
    });

    expect(rounds.filter(({ fits, outlived }) => !fits || outlived.length > 0)).toEqual([]);
  }, 60_000);

  it.each([0, 1, 2, 5, 10])(
    "inv:1 agree when a page renders again, and subscribes %i ms after unsubscribing",
    async (millis) => {
      const rounds = await inBatches(Array.from({ length: 25 }), async () => {
        const [entity] = [anEntityId()];
        const client = await Client.connect(table, 2);
        await client.subscribe(entity);
        const ending = client.unsubscribe(entity);
        if (millis > 0) await pause(millis);
        await Promise.all([ending, client.subscribe(entity)]);
        const fits = isLinearizable(client.requests, { limit: 2, finally: await client.heard([entity]) });
        await client.disconnect();
        return { fits, outlived: await client.heard([entity]) };
      });

      expect(rounds.filter(({ fits, outlived }) => !fits || outlived.length > 0)).toEqual([]);
    },
    60_000,
  );

  it("inv:15 fault:18 keep to the limit, and leave no row, when all writes are throttled", async () => {
    const [a, b] = entities;
    const others = Array.from({ length: 12 }, anEntityId);
    const documents = Object.assign(Object.create(table.documents), {
      send: (command: { readonly input: object }, options: never) =>
        "TransactItems" in command.input
          ? Promise.reject(throttled())
          : table.documents.send(command as never, options),
    });
    const client = await Client.connect(table, 2);
    await client.subscribe(a);
    await client.subscribe(b);
    const throttledClient = await Client.connect({ ...table, documents }, 2);

    const refused = await Promise.all(others.map((entity) => client.subscribe(entity)));
    const failed = await Promise.all(others.map((entity) => throttledClient.subscribe(entity)));

    expect(new Set(refused)).toEqual(new Set(["limit-reached"]));
    expect(new Set(failed)).toEqual(new Set(["failed"]));
    expect(await client.heard([a, b, ...others])).toEqual([a, b]);
    expect(await throttledClient.heard(others)).toEqual([]);
    await client.disconnect();
    expect(await client.heard([a, b])).toEqual([]);
  }, 60_000);

  it("attack:H6 are NOT_CONNECTED to subscribe and unsubscribe once the connection has ended", async () => {
    const [entity] = entities;
    const client = await Client.connect(table, 2);
    await client.subscribe(entity);
    await client.disconnect();

    expect(await client.subscribe(entity)).toBe("not-connected");
    expect(await client.unsubscribe(entity)).toBe("not-connected");
  });

  it("inv:1 acknowledge a hundred subscriptions sent at once, each for 12 write units at most", async () => {
    const metered = await createTable();
    const meter = new CapacityMeter(metered.documents);
    const client = await Client.connect(metered, 100);
    const hundred = Array.from({ length: 100 }, anEntityId);
    const answers = new Set<string>();

    const costs = await Promise.all(
      hundred.map((entity) => meter.measure(async () => answers.add(await client.subscribe(entity)))),
    );

    expect(answers).toEqual(new Set(["subscribed"]));
    expect(await client.heard(hundred)).toHaveLength(100);
    expect(costs.map(({ writes }) => writes).filter((writes) => writes > 12)).toEqual([]);
    await client.disconnect();
    expect(await client.heard(hundred)).toEqual([]);
  }, 120_000);
});

function throttled(): Error {
  return new TransactionCanceledException({
    message: "",
    $metadata: {},
    CancellationReasons: [{ Code: "None" }, { Code: "ThrottlingError" }],
  });
}
