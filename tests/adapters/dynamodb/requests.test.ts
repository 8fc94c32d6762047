import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoSubscriptionStore } from "../../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import { aConnection, aUserId, NOW } from "../../support/a-connection.ts";
import { anEntityId, aSubscription } from "../../support/a-subscription.ts";
import { tableAt } from "../../support/dynamodb-table.ts";

type Request = { readonly operation: string; readonly body: Readonly<Record<string, unknown>> };
type Refusal = string | undefined;

/** A DynamoDB that does nothing but say yes, or refuse the nth request of an operation (from 1) by an exception. */
async function dynamoDb(refuse: (operation: string, nth: number) => Refusal = () => undefined) {
  const requests: Request[] = [];
  const server = createServer(async (request, response) => {
    const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
    requests.push({ operation, body: (await json(request)) as Request["body"] });
    const refusal = refuse(operation, requests.filter((one) => one.operation === operation).length);
    response.writeHead(refusal === undefined ? 200 : 400, { "content-type": "application/x-amz-json-1.0" });
    response.end(
      JSON.stringify(refusal === undefined ? {} : { __type: `com.amazonaws.dynamodb.v20120810#${refusal}` }),
    );
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

const follow = (store: DynamoSubscriptionStore) => store.follow(aSubscription(aConnection(), anEntityId()), NOW, 100);

describe("what following asks of DynamoDB", () => {
  it("L3 a record's condition that fails is NOT_CONNECTED, and the row is taken back", async () => {
    const { subscriptions, operations } = await dynamoDb((operation) =>
      operation === "UpdateItem" ? "ConditionalCheckFailedException" : undefined,
    );

    expect(await follow(subscriptions)).toBe("not-connected");
    expect(operations()).toEqual(["PutItem", "UpdateItem", "DeleteItem"]);
  });

  it.each(["ThrottlingException", "ProvisionedThroughputExceededException"])(
    "L3 a write refused once by %s is tried again",
    async (exception) => {
      const { subscriptions, operations } = await dynamoDb((operation, nth) =>
        operation === "UpdateItem" && nth === 1 ? exception : undefined,
      );

      expect(await follow(subscriptions)).toBe("following");
      expect(operations()).toEqual(["PutItem", "UpdateItem", "UpdateItem"]);
    },
  );

  it("L3 a conflict with somebody's transaction is an outage, and never a refusal", async () => {
    const { subscriptions } = await dynamoDb((operation) =>
      operation === "UpdateItem" ? "TransactionConflictException" : undefined,
    );

    await expect(follow(subscriptions)).rejects.toThrow(DependencyUnavailableError);
  });

  it("L3 no transaction: it would cost double, and conflict", async () => {
    const { subscriptions, operations } = await dynamoDb();

    await follow(subscriptions);
    await subscriptions.unfollow(anEntityId(), aConnection().id);
    await subscriptions.unfollowAll([anEntityId()], aConnection().id);

    expect(operations().filter((operation) => operation.startsWith("Transact"))).toEqual([]);
  });
});

describe("what a fan-out reads", () => {
  it("L6 R8 followers from the table, strongly: no index can lag behind a subscription", async () => {
    const { subscriptions, requests } = await dynamoDb();

    await subscriptions.followersOf(anEntityId(), NOW);

    expect(requests).toMatchObject([{ operation: "Query", body: { ConsistentRead: true } }]);
    expect(requests[0]?.body).not.toHaveProperty("IndexName");
  });

  it("L6 a user's connections from the index, where a lag is documented, and by expiry", async () => {
    const { table, requests } = await dynamoDb();

    await new DynamoConnectionStore(table).liveConnectionsOf(aUserId(), NOW);

    expect(requests).toMatchObject([{ operation: "Query", body: { IndexName: "GSI1" } }]);
    expect(requests[0]?.body["KeyConditionExpression"]).toContain("GSI1SK BETWEEN");
  });
});
