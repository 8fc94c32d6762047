import { grantsId } from "../../src/adapters/grants-id.ts";
import type { DecideEntities, StoreOutcome, SubscribeResult } from "../../src/application/ports/subscription-store.ts";
import { decideSafely } from "../../src/application/subscriptions/decide-safely.ts";
import { makeGrantedAccess } from "../../src/application/subscriptions/granted-access.ts";
import type { Connection } from "../../src/domain/connection/connection.ts";
import { parseSeq } from "../../src/domain/connection/seq.ts";
import { type Grants, parseGrant } from "../../src/domain/grants/grant.ts";
import { type EntityId, parseEntityId } from "../../src/domain/subscription/subscription.ts";
import { FixedClock } from "../fakes/fixed-clock.ts";
import { aConnection, NOW } from "./a-connection.ts";
import type { LifeStores } from "./life-stores.ts";
import { ALLOW_ALL } from "./one-subscription.ts";

/** The most names of a frame. */
const LIMIT = 1000;

/** An entity whose name has that many bytes. */
export function entityOf(number: number, bytes: number): EntityId {
  return parseEntityId(`${number}-`.padEnd(bytes, "x")) as EntityId;
}

export function entitiesOf(count: number, bytes: number): readonly EntityId[] {
  return Array.from({ length: count }, (_, number) => entityOf(number, bytes));
}

/** Grants that include no entity of these. */
export function grantsOf(count: number, bytes: number): Grants {
  return Array.from({ length: count }, (_, number) => parseGrant(`subscribe:g${number}-`.padEnd(bytes, "x"))).flatMap(
    (grant) => grant ?? [],
  );
}

/** A connection whose token has grants. */
export function openedWith(
  stores: Pick<LifeStores, "connections">,
  grants: Grants = [],
  facts: Parameters<typeof aConnection>[0] = {},
): Promise<Connection> {
  return openWith(stores, aConnection(facts), grants);
}

/** Opens a connection as one whose token has grants. */
export async function openWith(
  { connections }: Pick<LifeStores, "connections">,
  { token, ...facts }: Connection,
  grants: Grants,
): Promise<Connection> {
  const granted = grantsId(grants);
  const connection = { ...facts, token: { ...token, ...(granted && { grants: granted }) } };
  await connections.open(connection, grants);
  return connection;
}

/** The product's own policy, without default grants. */
export function policyOf({ administered }: Pick<LifeStores, "administered">) {
  return makeGrantedAccess({ defaultGrants: [], administered, clock: new FixedClock(NOW * 1000) });
}

/** What a store does for one frame of a client. */
export function framesOf(stores: LifeStores, { id: connectionId, identity: { userId } }: Connection) {
  const requestOf = (entityIds: readonly EntityId[], seq: number | undefined) => {
    return { connectionId, userId, entityIds, seq: parseSeq(seq) };
  };
  const policy = policyOf(stores);
  return {
    subscribe(
      entityIds: readonly EntityId[],
      { seq, decide = ALLOW_ALL }: { readonly seq?: number | undefined; readonly decide?: DecideEntities } = {},
    ): Promise<StoreOutcome<SubscribeResult>> {
      return stores.subscriptions.subscribe(requestOf(entityIds, seq), NOW, { limit: LIMIT, decide });
    },
    /** As the product decides, by grants of the token and of administrators. */
    ask(entityIds: readonly EntityId[]): Promise<StoreOutcome<SubscribeResult>> {
      const decide: DecideEntities = (grants, asked) => decideSafely(policy, { userId, grants }, asked, NOW);
      return this.subscribe(entityIds, { decide });
    },
    unsubscribe(entityIds: readonly EntityId[], seq?: number) {
      return stores.subscriptions.unsubscribe(requestOf(entityIds, seq), NOW);
    },
  };
}
