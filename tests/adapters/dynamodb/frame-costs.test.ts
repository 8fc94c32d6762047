import { beforeAll, describe, expect, inject, it } from "vitest";
import type { DecideAgain } from "../../../src/application/ports/subscription-reviews.ts";
import type { DecideEntities } from "../../../src/application/ports/subscription-store.ts";
import type { Connection } from "../../../src/domain/connection/connection.ts";
import type { EntityPattern, Grants } from "../../../src/domain/grants/grant.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import { addSeconds } from "../../../src/domain/time.ts";
import { NOW } from "../../support/a-connection.ts";
import { CapacityMeter } from "../../support/capacity-meter.ts";
import { createTable } from "../../support/create-table.ts";
import { dynamoLifeStores } from "../../support/dynamo-life-stores.ts";
import { entitiesOf, framesOf, grantsOf, openedWith } from "../../support/granted-world.ts";
import { NEW_END, OLD_END, renewalOf } from "../../support/life-stores.ts";

/** Names of UUIDs, and the longest ones. */
const UUID_BYTES = 36;
const MOST_BYTES = 256;

/** One, ten and a hundred grants; the last have as many bytes as a token may have. */
const ONE = grantsOf(1, 30);
const TEN = grantsOf(10, 30);
const HUNDRED = grantsOf(100, 35);

describe.skipIf(!inject("containerEngine"))("capacity units, as DynamoDB Local counts them", () => {
  let meter: CapacityMeter;
  let stores: ReturnType<typeof dynamoLifeStores>;
  beforeAll(async () => {
    const table = await createTable();
    meter = new CapacityMeter(table.documents);
    stores = dynamoLifeStores(table);
  });

  const subscriber = async (grants: Grants = []) => {
    const connection = await openedWith(stores, grants, { expiresAt: OLD_END });
    return { connection, frames: framesOf(stores, connection) };
  };

  describe.each([
    { count: 100, bytes: UUID_BYTES, reads: 2, writes: 222 },
    { count: 250, bytes: UUID_BYTES, reads: 3, writes: 550 },
    { count: 100, bytes: MOST_BYTES, reads: 2, writes: 270 },
    { count: 250, bytes: MOST_BYTES, reads: 4, writes: 674 },
  ])("of a frame of $count names of $bytes bytes", ({ count, bytes, reads, writes }) => {
    const entityIds = entitiesOf(count, bytes);

    it.each([{ seq: undefined }, { seq: 1 }])("are at most 2.7 writes an entity, with seq $seq", async ({ seq }) => {
      const { frames } = await subscriber();

      expect(await meter.measure(() => frames.subscribe(entityIds, { seq }))).toEqual({ reads, writes });
      expect(writes / count).toBeLessThanOrEqual(2.7);
    });

    it("are as many to unsubscribe, in whatever order", async () => {
      const { frames } = await subscriber();
      await frames.subscribe(entityIds);
      const shuffled = entityIds.toSorted((one, other) => hashOf(one) - hashOf(other));

      const units = await meter.measure(() => frames.unsubscribe(shuffled));

      expect(units.writes).toBe(writes);
      expect(units.reads).toBeLessThanOrEqual(reads + count);
    });

    it("are one write to repeat, whatever the connection follows", async () => {
      const { frames } = await subscriber();
      await frames.subscribe(entityIds);

      const { writes: again } = await meter.measure(() => frames.subscribe(entityIds));

      expect(again).toBe(1);
    });
  });

  it("are no writes for a frame that is empty, refused or stale", async () => {
    const { frames } = await subscriber(HUNDRED);
    await frames.subscribe(entitiesOf(10, UUID_BYTES), { seq: 2 });
    const others = entitiesOf(100, UUID_BYTES + 1);

    // The record and the grants are five kilobytes, so that a read costs two units.
    expect(await meter.measure(() => frames.subscribe([]))).toEqual({ reads: 2, writes: 0 });
    expect(await meter.measure(() => frames.unsubscribe([]))).toEqual({ reads: 2, writes: 0 });
    expect(await meter.measure(() => frames.subscribe(others, { seq: 2 }))).toEqual({ reads: 2, writes: 0 });
    expect(await meter.measure(() => frames.unsubscribe(others, 2))).toEqual({ reads: 2, writes: 0 });
    expect(await meter.measure(() => frames.subscribe(others, { decide: DENY_ALL }))).toMatchObject({ writes: 0 });
  });

  it.each([
    ["no grant", [], 3],
    ["one grant", ONE, 4],
    ["ten grants", TEN, 4],
    ["a hundred grants of four kilobytes in all", HUNDRED, 7],
  ])("of a connect with %s are those of the record, and of the kilobytes of grants", async (_, grants, writes) => {
    expect(await meter.measure(() => openedWith(stores, grants))).toEqual({ reads: 0, writes });
  });

  it("are one read more where the administrators' list is needed, for all entities of a frame together", async () => {
    const { connection, frames } = await subscriber();
    const { userId } = connection.identity;
    const pattern = "*" as EntityPattern;
    await stores.administered.record({ kind: "grant", userId, verb: "subscribe", pattern, at: NOW });

    const units = await meter.measure(() => frames.ask(entitiesOf(100, UUID_BYTES)));

    expect(units).toEqual({ reads: 3, writes: 222 });
  });

  it("of a row with an end of its own are one more, for the index of ends", async () => {
    const { frames } = await subscriber();
    const decide: DecideEntities = async (_, ids) =>
      ids.map(() => ({ kind: "allowed", rule: "TEST", until: addSeconds(NOW, 60) }));

    const { writes } = await meter.measure(() => frames.subscribe(entitiesOf(100, UUID_BYTES), { decide }));

    expect(writes).toBe(322);
  });

  describe("of a renewal", () => {
    const renewed = (connection: Connection, grants: Grants, seconds = 0) => {
      const renewal = renewalOf(connection, { expiresAt: addSeconds(NEW_END, seconds) }, grants);
      return meter.measure(() => stores.renewals.renew(renewal, NOW, async () => {}));
    };

    it.each([
      ["none", []],
      ["ten", TEN],
      ["a hundred", HUNDRED],
    ])("with the same grants do not depend on them: %s", async (_, grants) => {
      const { connection, frames } = await subscriber(grants);
      await frames.subscribe(entitiesOf(100, UUID_BYTES));

      expect(await renewed(connection, grants)).toEqual({ reads: 1, writes: 5 });
    });

    it("with other grants are a transaction over the record and the kilobytes of grants", async () => {
      const { connection } = await subscriber();

      expect(await renewed(connection, TEN, 1)).toEqual({ reads: 1, writes: 8 });
      expect(await renewed(connection, HUNDRED, 2)).toEqual({ reads: 2, writes: 14 });
      expect(await renewed(connection, [], 3)).toEqual({ reads: 2, writes: 14 });
    });
  });

  describe("of a review of a hundred subscriptions", () => {
    it.each([
      { ending: 0, writes: 1 },
      { ending: 1, writes: 8 },
      { ending: 20, writes: 52 },
    ])("that ends $ending", async ({ ending, writes }) => {
      const { connection, frames } = await subscriber();
      const entityIds = entitiesOf(100, UUID_BYTES);
      await frames.subscribe(entityIds);
      const ended = new Set(entityIds.slice(30, 30 + ending));
      const decide: DecideAgain = async (_, ids) =>
        ids.map((id) => (ended.has(id) ? { kind: "denied", rule: "TEST" } : { kind: "allowed", rule: "TEST" }));
      const rules = { decide, decision: "f47ac10b-58cc-4372-a567-0e02b2c3d479" };

      expect(await meter.measure(() => stores.reviews.review(connection.id, NOW, rules))).toEqual({ reads: 2, writes });
    });
  });
});

const DENY_ALL: DecideEntities = async (_, ids) => ids.map(() => ({ kind: "denied", rule: "TEST" }));

/** Any order that is not that of the numbers. */
function hashOf(entityId: EntityId): number {
  return (Number.parseInt(entityId, 10) * 7919) % 1009;
}
