import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { marshall } from "@aws-sdk/util-dynamodb";
import { describe, expect, it, onTestFinished } from "vitest";
import { toConnectionItem } from "../../../src/adapters/dynamodb/connection-item.ts";
import { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoSubscriptionStore } from "../../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import { connectionKey } from "../../../src/adapters/dynamodb/table-keys.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import { aConnection, aUserId, NOW } from "../../support/a-connection.ts";
import { anEntityId, aSubscription } from "../../support/a-subscription.ts";
import { tableAt } from "../../support/dynamodb-table.ts";
import { subscribeOne, unsubscribeOne } from "../../support/one-subscription.ts";

type Request = { readonly operation: string; readonly body: Readonly<Record<string, unknown>> };
type Refusal = { readonly type: string; readonly reasons?: readonly string[] };
type Answer = Refusal | Readonly<Record<string, unknown>> | undefined;

/** A DynamoDB that accepts each request, or gives a fixed response to the nth request of an operation (from 1). */
async function dynamoDb(answerTo: (operation: string, nth: number) => Answer = () => undefined) {
  const requests: Request[] = [];
  const server = createServer(async (request, response) => {
    const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
    requests.push({ operation, body: (await json(request)) as Request["body"] });
    const answer = answerTo(operation, requests.filter((one) => one.operation === operation).length) ?? {};
    const refusal = "type" in answer ? (answer as Refusal) : undefined;
    response.writeHead(refusal === undefined ? 200 : 400, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify(refusal === undefined ? answer : exception(refusal)));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const table = tableAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const operations = () => requests.map(({ operation }) => operation);
  return { table, subscriptions: new DynamoSubscriptionStore(table), requests, operations };
}

function exception({ type, reasons }: Refusal): object {
  const CancellationReasons = reasons?.map((Code) => ({ Code }));
  return { __type: `com.amazonaws.dynamodb.v20120810#${type}`, ...(reasons && { CancellationReasons }) };
}

const connection = aConnection();
const record = { Items: [marshall(toConnectionItem(connection), { removeUndefinedValues: true })] };
const taken = { Attributes: marshall({ tail: 1 }) };

const subscribe = (store: DynamoSubscriptionStore, limit = 100) =>
  subscribeOne(store, aSubscription(connection, anEntityId()), NOW, { limit });

/** A table with the record of an open connection, and with these responses to transactions. */
const withRecord = (transaction: (nth: number) => Answer) =>
  dynamoDb((operation, nth) => {
    if (operation === "Query") return record;
    return operation === "UpdateItem" ? taken : transaction(nth);
  });

const cancelled = (...reasons: readonly string[]): Refusal => ({ type: "TransactionCanceledException", reasons });

describe("subscribing, as requests to DynamoDB,", () => {
  it("is one strong read, and one transaction on condition that nothing has changed since", async () => {
    const { subscriptions, requests, operations } = await withRecord(() => undefined);

    expect(await subscribe(subscriptions)).toBe("subscribed");
    expect(operations()).toEqual(["Query", "TransactWriteItems"]);
    expect(requests[0]?.body).toMatchObject({ ConsistentRead: true });
    const [change, row, ...others] = (requests[1]?.body["TransactItems"] ?? []) as Record<string, object>[];
    expect(change?.["Update"]).toMatchObject({
      ConditionExpression: "#revision = :found",
      ExpressionAttributeValues: {
        ":found": { N: String(connection.connectedAt) },
        ":revision": { N: String(connection.connectedAt + 1) },
      },
    });
    expect(row).toHaveProperty("Put");
    expect(others).toEqual([]);
  });

  it("is only the read when it is refused", async () => {
    const { subscriptions, operations } = await withRecord(() => undefined);

    expect(await subscribe(subscriptions, 0)).toBe("limit-reached");
    expect(operations()).toEqual(["Query"]);
  });

  it("fault:L3 is only the read when there is no record", async () => {
    const { subscriptions, operations } = await dynamoDb();

    expect(await subscribe(subscriptions)).toBe("not-connected");
    expect(await unsubscribeOne(subscriptions, aSubscription(connection), NOW)).toBe("not-connected");
    expect(operations()).toEqual(["Query", "Query"]);
  });

  it.each(["ThrottlingError", "ProvisionedThroughputExceeded"])(
    "fault:L3 is tried again when a transaction is refused once by %s",
    async (reason) => {
      const { subscriptions, operations } = await withRecord((nth) =>
        nth === 1 ? cancelled("None", reason) : undefined,
      );

      expect(await subscribe(subscriptions)).toBe("subscribed");
      expect(operations()).toEqual(["Query", "TransactWriteItems", "TransactWriteItems"]);
    },
  );

  it.each(["ThrottlingError", "ValidationError", "ItemCollectionSizeLimitExceeded"])(
    "fault:L3 is an outage, and never a refusal, when a transaction is always refused by %s",
    async (reason) => {
      const { subscriptions } = await withRecord(() => cancelled("ConditionalCheckFailed", reason));

      await expect(subscribe(subscriptions)).rejects.toThrow(DependencyUnavailableError);
    },
  );

  it.each(["ConditionalCheckFailed", "TransactionConflict"])(
    "fault:L3 waits for its turn, and reads again, when a transaction fails by %s",
    async (reason) => {
      const { subscriptions, operations } = await withRecord((nth) =>
        nth === 1 ? cancelled(reason, "None") : undefined,
      );

      expect(await subscribe(subscriptions)).toBe("subscribed");
      expect(operations()).toEqual(["Query", "TransactWriteItems", "UpdateItem", "Query", "TransactWriteItems"]);
    },
  );
});

describe("closing, as requests to DynamoDB,", () => {
  it("fault:L3 is sent again while a transaction is changing the record", async () => {
    const { table, operations } = await dynamoDb((_operation, nth) =>
      nth < 3 ? { type: "TransactionConflictException" } : undefined,
    );

    await new DynamoConnectionStore(table).close(connection.id, NOW);

    expect(operations()).toEqual(["UpdateItem", "UpdateItem", "UpdateItem"]);
  });
});

describe("a fan-out reads", () => {
  it("fault:L6 fault:8 subscribers from the table, strongly: no index can lag behind a subscription", async () => {
    const { subscriptions, requests } = await dynamoDb();

    await subscriptions.subscribersOf(anEntityId(), NOW);

    expect(requests).toMatchObject([{ operation: "Query", body: { ConsistentRead: true } }]);
    expect(requests[0]?.body).not.toHaveProperty("IndexName");
  });

  it("fault:L6 a user's connections from the index, where a lag is documented, and by expiry", async () => {
    const { table, requests } = await dynamoDb();

    await new DynamoConnectionStore(table).liveConnectionsOf(aUserId(), NOW);

    expect(requests).toMatchObject([{ operation: "Query", body: { IndexName: "GSI1" } }]);
    expect(requests[0]?.body["KeyConditionExpression"]).toContain("GSI1SK BETWEEN");
  });
});

describe("reading named connections, as requests to DynamoDB,", () => {
  const ids = Array.from({ length: 250 }, () => aConnection().id);

  it("is one strong read of each, a hundred at a time", async () => {
    const { subscriptions, requests, operations } = await dynamoDb();

    expect(await subscriptions.subscribersAmong([...ids, ...ids], anEntityId(), NOW)).toEqual([]);
    expect(operations()).toEqual(["BatchGetItem", "BatchGetItem", "BatchGetItem"]);
    const asked = requests.map(({ body }) => Object.values(body["RequestItems"] as Record<string, BatchRequest>)[0]);
    expect(asked.map((batch) => batch?.Keys.length).sort()).toEqual([100, 100, 50]);
    expect(asked.every((batch) => batch?.ConsistentRead)).toBe(true);
  });

  it("fault:L3 is sent again for keys that DynamoDB has left out", async () => {
    const left = { Keys: [marshall(connectionKey(connection.id))], ConsistentRead: true };
    const { table, operations } = await dynamoDb((_operation, nth) =>
      nth === 1 ? { UnprocessedKeys: { [table.name]: left } } : { Responses: { [table.name]: record.Items } },
    );
    const found = await new DynamoConnectionStore(table).liveConnectionsAmong(
      [connection.id],
      connection.identity.userId,
      NOW,
    );

    expect(found.map(({ id }) => id)).toEqual([connection.id]);
    expect(operations()).toEqual(["BatchGetItem", "BatchGetItem"]);
  });

  it("fault:L3 is an outage when a key is left out for ever", async () => {
    const { table } = await dynamoDb(() => ({
      UnprocessedKeys: { [table.name]: { Keys: [marshall(connectionKey(connection.id))] } },
    }));
    const store = new DynamoConnectionStore({ ...table, budgetMillis: 100 });

    await expect(store.liveConnectionsAmong([connection.id], connection.identity.userId, NOW)).rejects.toThrow(
      DependencyUnavailableError,
    );
  });
});

type BatchRequest = { readonly Keys: readonly object[]; readonly ConsistentRead: boolean };
