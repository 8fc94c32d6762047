import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { DynamoRevocationList } from "../../../src/adapters/dynamodb/dynamo-revocation-list.ts";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import { userRevocationKey } from "../../../src/adapters/dynamodb/table-keys.ts";
import { addSeconds, type EpochSeconds } from "../../../src/domain/time.ts";
import { describeRevocationList } from "../../contracts/revocation-list.contract.ts";
import { aUserId, NOW, tokenFacts } from "../../support/a-connection.ts";
import { CapacityMeter } from "../../support/capacity-meter.ts";
import { createTable } from "../../support/create-table.ts";
import { tableAt } from "../../support/dynamodb-table.ts";
import { faultyServer } from "../../support/faulty-server.ts";

describe.skipIf(!inject("containerEngine"))("DynamoRevocationList", () => {
  let table: DynamoTable;
  let list: DynamoRevocationList;
  beforeAll(async () => {
    table = await createTable();
    list = new DynamoRevocationList(table);
  });

  describeRevocationList({
    makeList: () => list,
    elsewhere: () => new DynamoRevocationList(table),
    whenDown: async (outage) => new DynamoRevocationList(tableAt(`http://127.0.0.1:${await faultyServer(outage)}`)),
  });

  it.each([
    ["the later moment comes with the earlier end", 60, 0, 0, 100],
    ["the later moment comes with the later end", 60, 100, 0, 0],
    ["it comes twice", 0, 0, 0, 0],
  ])("keeps a revocation until the latest keepUntil if %s, in both orders", async (_row, ...numbers) => {
    const [moment = 0, until = 0, otherMoment = 0, otherUntil = 0] = numbers;
    const additions = [
      [moment, until],
      [otherMoment, otherUntil],
    ];
    for (const ordered of [additions, additions.toReversed()]) {
      const userId = aUserId();
      for (const [before = 0, kept = 0] of ordered) {
        await list.add({ kind: "user", userId, issuedBefore: addSeconds(NOW, before) }, addSeconds(NOW, kept));
      }

      const get = new GetCommand({ TableName: table.name, Key: userRevocationKey(userId) });
      expect((await table.documents.send(get)).Item).toEqual({
        ...userRevocationKey(userId),
        issuedBefore: NOW + Math.max(moment, otherMoment),
        ttl: NOW + Math.max(until, otherUntil),
      });
    }
  });

  it("gives TTL whole seconds, and never too early", async () => {
    const userId = aUserId();
    await list.add({ kind: "user", userId, issuedBefore: NOW }, (NOW + 0.5) as EpochSeconds);

    const get = new GetCommand({ TableName: table.name, Key: userRevocationKey(userId) });
    expect((await table.documents.send(get)).Item).toMatchObject({ ttl: NOW + 1 });
  });

  it("fault:M8 throws at a revocation that it cannot read, which may end the token", async () => {
    const userId = aUserId();
    await table.documents.send(
      new PutCommand({ TableName: table.name, Item: { ...userRevocationKey(userId), issuedBefore: "now" } }),
    );

    await expect(list.concerning({ userId, token: tokenFacts() })).rejects.toMatchObject({
      dependency: "REVOCATION_LIST",
    });
  });

  describe("its cost in capacity units", () => {
    it("is 1 write for an addition, and 3 reads for a token at most", async () => {
      const meter = new CapacityMeter(table.documents);
      const holder = { userId: aUserId(), token: tokenFacts() };
      const { userId, token } = holder;
      const { issuer, tokenId } = token;
      if (tokenId === undefined) throw new Error("no id");
      const until = addSeconds(NOW, 60);

      const added = await meter.measure(() => list.add({ kind: "user", userId, issuedBefore: NOW }, until));
      await list.add({ kind: "issuer", issuer, issuedBefore: NOW }, until);
      await list.add({ kind: "token", userId, tokenId }, until);

      expect(added).toEqual({ reads: 0, writes: 1 });
      expect(await meter.measure(() => list.concerning(holder))).toEqual({ reads: 3, writes: 0 });
    });
  });
});
