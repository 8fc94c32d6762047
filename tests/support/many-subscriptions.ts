import type {
  DecideEntities,
  StoreOutcome,
  SubscriptionRequest,
  SubscriptionStore,
} from "../../src/application/ports/subscription-store.ts";
import type { Connection } from "../../src/domain/connection/connection.ts";
import type { Seq } from "../../src/domain/connection/seq.ts";
import type { AccessDecision, DeniedAccess } from "../../src/domain/grants/access-decision.ts";
import { type Grants, parseGrant } from "../../src/domain/grants/grant.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../src/domain/time.ts";
import { NOW } from "./a-connection.ts";
import { anEntityId } from "./a-subscription.ts";
import { inBatches } from "./in-batches.ts";
import { ALLOW_ALL } from "./one-subscription.ts";
import { readAll } from "./read-all.ts";

export const DENIED: DeniedAccess = { kind: "denied", rule: "TEST", closest: "subscribe:x" };

type Options = {
  readonly limit?: number;
  readonly decide?: DecideEntities;
  readonly seq?: number;
  readonly now?: EpochSeconds;
};

export function requestOf(
  { id, identity }: Connection,
  entityIds: readonly EntityId[],
  seq?: number,
): SubscriptionRequest {
  return { connectionId: id, userId: identity.userId, entityIds, ...(seq !== undefined && { seq: seq as Seq }) };
}

/** Subscribes to entities in one request. The policy allows all unless the test says otherwise. */
export function subscribeToAll(
  store: Pick<SubscriptionStore, "subscribe">,
  connection: Connection,
  entityIds: readonly EntityId[],
  { limit = 500, decide = ALLOW_ALL, seq, now = NOW }: Options = {},
) {
  return store.subscribe(requestOf(connection, entityIds, seq), now, { limit, decide });
}

export function unsubscribeFromAll(
  store: Pick<SubscriptionStore, "unsubscribe">,
  connection: Connection,
  entityIds: readonly EntityId[],
  { seq, now = NOW }: Options = {},
) {
  return store.unsubscribe(requestOf(connection, entityIds, seq), now);
}

/** The results of a request that was answered; of another one the reason why it was not. */
export function told<Result>(outcome: StoreOutcome<Result>): readonly Result[] | string {
  return outcome.kind === "answered" ? outcome.results : outcome.kind;
}

/** A policy that decides about each entity by itself. */
export function deciding(decide: (entityId: EntityId) => AccessDecision | undefined): DecideEntities {
  return async (_grants, entityIds) => entityIds.map(decide);
}

export function allowedUntil(until?: EpochSeconds): AccessDecision {
  return { kind: "allowed", rule: "TEST", ...(until !== undefined && { until }) };
}

export function entities(count: number): readonly EntityId[] {
  return Array.from({ length: count }, anEntityId);
}

export function grantsOf(...texts: readonly string[]): Grants {
  return texts.map((text) => {
    const grant = parseGrant(text);
    if (grant === undefined) throw new Error(`no grant: ${text}`);
    return grant;
  });
}

/** The entities among those that a fan-out finds the connection under. */
export async function heardBy(
  store: Pick<SubscriptionStore, "subscribersOf">,
  { id }: Connection,
  entityIds: readonly EntityId[],
  now = NOW,
): Promise<readonly EntityId[]> {
  const found = await inBatches(entityIds, async (entityId) => {
    const subscribers = await readAll((from) => store.subscribersOf(entityId, now, from));
    return subscribers.some(({ connectionId }) => connectionId === id) ? [entityId] : [];
  });
  return found.flat();
}
