import type { DecideAgain } from "../src/application/ports/subscription-reviews.ts";
import type { DecideEntities } from "../src/application/ports/subscription-store.ts";
import type { Connection } from "../src/domain/connection/connection.ts";
import type { EntityPattern, Grants } from "../src/domain/grants/grant.ts";
import { addSeconds } from "../src/domain/time.ts";
import { NOW } from "../tests/support/a-connection.ts";
import type { CapacityMeter, Units } from "../tests/support/capacity-meter.ts";
import { entitiesOf, framesOf, grantsOf, openedWith } from "../tests/support/granted-world.ts";
import { type LifeStores, OLD_END, renewalOf } from "../tests/support/life-stores.ts";
import type { Table } from "./table.ts";

type Measured = { readonly name: string; readonly units: Units; readonly entities?: number };

type World = { readonly stores: LifeStores; readonly meter: CapacityMeter };

/** A hundred grants have as many bytes as a token may have. */
const GRANTS: readonly (readonly [string, Grants])[] = [
  ["no grant", []],
  ["1 grant", grantsOf(1, 30)],
  ["10 grants", grantsOf(10, 30)],
  ["100 grants, 4 KB", grantsOf(100, 35)],
];

/** What the requests of a client cost that are about many entities, or depend on grants. */
export async function frameUnits(world: World): Promise<Table> {
  const measured = [
    ...(await ofFrames(world)),
    ...(await ofFramesWithoutEffect(world)),
    ...(await ofGrants(world)),
    ...(await ofReviews(world)),
  ];
  return {
    title: "Capacity units of frames, grants and reviews",
    note: "As above. A connect here is the record and the grants alone. Names have 36 bytes as UUIDs have, or 256, the most.",
    columns: ["", "reads", "writes", "writes an entity"],
    rows: measured.map(({ name, units: { reads, writes }, entities }) => [
      name,
      ...[reads, writes].map(String),
      entities === undefined ? "" : (writes / entities).toFixed(2),
    ]),
  };
}

async function subscriber({ stores }: World, grants: Grants = []) {
  const connection = await openedWith(stores, grants, { expiresAt: OLD_END });
  return { connection, frames: framesOf(stores, connection) };
}

async function ofFrames(world: World): Promise<readonly Measured[]> {
  const { meter } = world;
  const measured: Measured[] = [];
  for (const bytes of [36, 256]) {
    for (const entities of [100, 250]) {
      const { frames } = await subscriber(world);
      const entityIds = entitiesOf(entities, bytes);
      const of = `of ${entities} names of ${bytes} bytes`;
      const steps = [
        ["resume", () => frames.subscribe(entityIds, { seq: 1 })],
        ["the same again", () => frames.subscribe(entityIds, { seq: 2 })],
        ["unsubscribe", () => frames.unsubscribe(entityIds, 3)],
      ] as const;
      for (const [what, step] of steps) {
        measured.push({ name: `${what} ${of}`, units: await meter.measure(step), entities });
      }
    }
  }
  return measured;
}

async function ofFramesWithoutEffect(world: World): Promise<readonly Measured[]> {
  const { meter } = world;
  const { frames } = await subscriber(world);
  const entityIds = entitiesOf(100, 36);
  await frames.subscribe(entitiesOf(1, 36), { seq: 1 });
  return [
    { name: "resume without entities", units: await meter.measure(() => frames.subscribe([], { seq: 2 })) },
    { name: "resume that comes too late", units: await meter.measure(() => frames.subscribe(entityIds, { seq: 1 })) },
    { name: "resume that is refused", units: await meter.measure(() => frames.ask(entityIds)) },
  ];
}

async function ofGrants(world: World): Promise<readonly Measured[]> {
  const { meter, stores } = world;
  const measured: Measured[] = [];
  for (const [name, grants] of GRANTS) {
    const units = await meter.measure(() => openedWith(stores, grants));
    measured.push({ name: `connect with ${name}`, units });
  }
  for (const [name, grants] of GRANTS) {
    const renewed = async (connection: Connection) =>
      meter.measure(() => stores.renewals.renew(renewalOf(connection, {}, grants), NOW, async () => {}));
    measured.push({
      name: `renew with the same: ${name}`,
      units: await renewed((await subscriber(world, grants)).connection),
    });
    if (grants.length === 0) continue;
    measured.push({ name: `renew with others: ${name}`, units: await renewed((await subscriber(world)).connection) });
  }
  const { connection, frames } = await subscriber(world);
  const { userId } = connection.identity;
  const change = { kind: "grant", userId, verb: "subscribe", pattern: "*" as EntityPattern, at: NOW } as const;
  await stores.administered.record(change);
  const asked = await meter.measure(() => frames.ask(entitiesOf(100, 36)));
  const until: DecideEntities = async (_, ids) =>
    ids.map(() => ({ kind: "allowed", rule: "BENCH", until: addSeconds(NOW, 60) }));
  const bounded = (await subscriber(world)).frames;
  const ending = await meter.measure(() => bounded.subscribe(entitiesOf(100, 36), { decide: until }));
  return [
    ...measured,
    { name: "resume of 100 that administrators granted", units: asked, entities: 100 },
    { name: "resume of 100 by a grant with an end of its own", units: ending, entities: 100 },
  ];
}

async function ofReviews(world: World): Promise<readonly Measured[]> {
  const { meter, stores } = world;
  const measured: Measured[] = [];
  for (const count of [0, 1, 20]) {
    const { connection, frames } = await subscriber(world);
    const entityIds = entitiesOf(100, 36);
    await frames.subscribe(entityIds);
    const ended = new Set(entityIds.slice(30, 30 + count));
    const decide: DecideAgain = async (_, ids) =>
      ids.map((id) => (ended.has(id) ? { kind: "denied", rule: "BENCH" } : { kind: "allowed", rule: "BENCH" }));
    const rules = { decide, decision: "f47ac10b-58cc-4372-a567-0e02b2c3d479" };
    const units = await meter.measure(() => stores.reviews.review(connection.id, NOW, rules));
    measured.push({ name: `review of 100 that ends ${count}`, units });
  }
  return measured;
}
