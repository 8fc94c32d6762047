import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { DEFAULT_ACCOUNT } from "../../src/aws-account.ts";
import { createTables } from "../../src/dynamodb/create-tables.ts";
import { freePort } from "../../src/http/free-port.ts";
import { ownDynamodb } from "../support/dynamodb.ts";
import { describeSmallTemplate } from "../support/small-template.ts";

const FOLLOWED = `Followed: { Type: AWS::DynamoDB::Table, Properties: {
    ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
    AttributeDefinitions: [{ AttributeName: who, AttributeType: S }, { AttributeName: what, AttributeType: S }],
    KeySchema: [{ AttributeName: who, KeyType: HASH }, { AttributeName: what, KeyType: RANGE }],
    LocalSecondaryIndexes: [{ IndexName: local, KeySchema: [{ AttributeName: who, KeyType: HASH }, { AttributeName: what, KeyType: RANGE }], Projection: { ProjectionType: KEYS_ONLY } }],
    GlobalSecondaryIndexes: [{
      IndexName: by-what, KeySchema: [{ AttributeName: what, KeyType: HASH }], Projection: { ProjectionType: ALL },
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } }] } }`;
const SIMPLE = "Simple: { Type: AWS::Serverless::SimpleTable, Properties: { TableName: counts } }";
const NUMBERED =
  "Numbered: { Type: AWS::Serverless::SimpleTable, Properties: { PrimaryKey: { Name: at, Type: Number } } }";
const KEYLESS = "Keyless: { Type: AWS::DynamoDB::Table, Properties: { KeySchema: [] } }";

describe.skipIf(!inject("containerEngine"))("the tables of a template", () => {
  it("are made in DynamoDB with keys and indexes, and stay as they are if they are there", async () => {
    const { endpoints, account, client, items, table } = await ownDynamodb();
    const make = () =>
      createTables(describeSmallTemplate(FOLLOWED, SIMPLE, NUMBERED).tables(), {
        endpoint: endpoints.dynamodb,
        account: { ...DEFAULT_ACCOUNT, ...account },
      });
    expect(await make()).toEqual([]);
    expect(await table("Followed")).toMatchObject({
      KeySchema: [
        { AttributeName: "who", KeyType: "HASH" },
        { AttributeName: "what", KeyType: "RANGE" },
      ],
      GlobalSecondaryIndexes: [{ IndexName: "by-what", KeySchema: [{ AttributeName: "what", KeyType: "HASH" }] }],
      LocalSecondaryIndexes: [{ IndexName: "local", Projection: { ProjectionType: "KEYS_ONLY" } }],
    });
    expect((await table("Numbered"))?.AttributeDefinitions).toEqual([{ AttributeName: "at", AttributeType: "N" }]);

    const item = { id: { S: "kept" } };
    await client.send(new PutItemCommand({ TableName: "counts", Item: item }));
    expect(await make()).toEqual([]);
    expect(await items("counts")).toEqual([item]);
  });

  it("are named if DynamoDB refuses them, and the others are made", async () => {
    const { endpoints, account, items } = await ownDynamodb();
    const failures = await createTables(describeSmallTemplate(KEYLESS, SIMPLE).tables(), {
      endpoint: endpoints.dynamodb,
      account: { ...DEFAULT_ACCOUNT, ...account },
    });
    expect(failures).toEqual([expect.stringMatching(/^DynamoDB refuses table Keyless: .*hash key/i)]);
    expect(await items("counts")).toEqual([]);
  });
});

it("one line says that no DynamoDB answers", async () => {
  const endpoint = `http://127.0.0.1:${await freePort("127.0.0.1")}`;
  const tables = describeSmallTemplate(SIMPLE, NUMBERED).tables();
  const failures = await createTables(tables, { endpoint, account: DEFAULT_ACCOUNT });
  expect(failures).toEqual([`no DynamoDB answers at ${endpoint}`]);
});

it("an endpoint that does not answer is asked once, however many tables there are", async () => {
  let asked = 0;
  const server = createServer((request) => {
    asked += 1;
    request.socket.destroy();
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tables = describeSmallTemplate(SIMPLE, NUMBERED).tables();
  await createTables(tables, { endpoint, account: DEFAULT_ACCOUNT });
  expect(asked).toBe(1);
});

it("a key of a type that SAM does not know is refused with its line", () => {
  const wrong = "Wrong: { Type: AWS::Serverless::SimpleTable, Properties: { PrimaryKey: { Name: at, Type: Date } } }";
  expect(() => describeSmallTemplate(wrong).tables()).toThrow(
    "small.yaml:4: Wrong.PrimaryKey.Type must be String, Number or Binary",
  );
});
