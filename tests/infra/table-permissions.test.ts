import { beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { DynamoConnectionStore } from "../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoSubscriptionStore } from "../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import { makeCloseConnection } from "../../src/application/close-connection.ts";
import type { Connection } from "../../src/domain/connection/connection.ts";
import { FixedClock } from "../fakes/fixed-clock.ts";
import { aConnection, NOW } from "../support/a-connection.ts";
import { anEntityId, aSubscription } from "../support/a-subscription.ts";
import { createTable } from "../support/create-table.ts";
import { tablePermissions } from "../support/template-table.ts";

describe.skipIf(!inject("containerEngine"))("what a function's role may do to the table", () => {
  const used = new Set<string>();
  let connections: DynamoConnectionStore;
  let subscriptions: DynamoSubscriptionStore;
  let connection: Connection;
  beforeAll(async () => {
    const table = await createTable();
    table.documents.middlewareStack.add(
      (next, { commandName = "" }) =>
        (args) => {
          used.add(`dynamodb:${commandName.replace("Command", "")}${"IndexName" in args.input ? " index" : ""}`);
          return next(args);
        },
      { step: "initialize", name: "permissions" },
    );
    connections = new DynamoConnectionStore(table);
    subscriptions = new DynamoSubscriptionStore(table);
  });

  const entityId = anEntityId();
  beforeEach(async () => {
    connection = aConnection();
    await connections.open(connection);
    await subscriptions.follow(aSubscription(connection, entityId), NOW, 1);
    used.clear();
  });

  const close = () =>
    makeCloseConnection({ connections, subscriptions, clock: new FixedClock(NOW * 1000) })(connection.id);
  it.each<[string, () => Promise<unknown>]>([
    ["Connect", () => connections.open(connection)],
    ["Disconnect", close],
    ["Subscribe", () => subscriptions.follow(aSubscription(connection), NOW, 1)],
    ["Unsubscribe", () => subscriptions.unfollow(entityId, connection.id)],
    [
      "NotifyEntity",
      async () => {
        await subscriptions.followersOf(entityId, NOW);
        // What is left of pushes to users comes here too.
        await connections.liveConnectionsOf(connection.identity.userId, NOW);
        await subscriptions.unfollow(entityId, connection.id);
        await subscriptions.unfollowAll([entityId], connection.id);
        await close();
      },
    ],
    [
      "NotifyUser",
      async () => {
        await connections.liveConnectionsOf(connection.identity.userId, NOW);
        await close();
      },
    ],
  ])("%s: what it does, and nothing else", async (functionName, perform) => {
    await perform();

    expect([...used].sort()).toEqual(tablePermissions(functionName));
  });
});
