import type { Absence } from "../../src/application/ports/connection-store.ts";
import type { DecideEntities, SubscriptionStore } from "../../src/application/ports/subscription-store.ts";
import type { Seq } from "../../src/domain/connection/seq.ts";
import type { AccessDecision } from "../../src/domain/grants/access-decision.ts";
import type { EpochSeconds } from "../../src/domain/time.ts";
import type { SubscriptionReference } from "./a-subscription.ts";

const ALLOWED: AccessDecision = { kind: "allowed", rule: "TEST" };

/** A policy that allows everything. */
export const ALLOW_ALL: DecideEntities = async (_grants, entityIds) => entityIds.map(() => ALLOWED);

/** The result of a request about one entity, by its name. */
type Outcome<Result extends string> = Result | "stale" | "failed" | Absence;

/** Subscribes to one entity, which the policy allows unless the test says otherwise. */
export async function subscribeOne(
  store: Pick<SubscriptionStore, "subscribe">,
  { connectionId, userId, entityId }: SubscriptionReference,
  now: EpochSeconds,
  { limit = 100, decide = ALLOW_ALL, seq }: { limit?: number; decide?: DecideEntities; seq?: number } = {},
): Promise<Outcome<"subscribed" | "limit-reached" | "denied">> {
  const request = { connectionId, userId, entityIds: [entityId], seq: seq as Seq | undefined };
  const outcome = await store.subscribe(request, now, { limit, decide });
  if (outcome.kind !== "answered") return outcome.kind;
  const [result = "failed"] = outcome.results;
  return typeof result === "object" ? result.kind : result;
}

export async function unsubscribeOne(
  store: Pick<SubscriptionStore, "unsubscribe">,
  { connectionId, userId, entityId }: SubscriptionReference,
  now: EpochSeconds,
  { seq }: { seq?: number } = {},
): Promise<Outcome<"unsubscribed">> {
  const request = { connectionId, userId, entityIds: [entityId], seq: seq as Seq | undefined };
  const outcome = await store.unsubscribe(request, now);
  if (outcome.kind !== "answered") return outcome.kind;
  return outcome.results[0] ?? "failed";
}
