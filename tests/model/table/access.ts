import type { DynamoAdministeredAccess } from "../../../src/adapters/dynamodb/dynamo-administered-access.ts";
import type { DynamoSubscriptionReviews } from "../../../src/adapters/dynamodb/dynamo-subscription-reviews.ts";
import type { AccessPolicy } from "../../../src/application/ports/access-policy.ts";
import { decideSafely } from "../../../src/application/subscriptions/decide-safely.ts";
import { makeGrantedAccess } from "../../../src/application/subscriptions/granted-access.ts";
import type { Connection } from "../../../src/domain/connection/connection.ts";
import type { AccessChange } from "../../../src/domain/grants/access-list.ts";
import { type EntityPattern, type Grants, parseGrant } from "../../../src/domain/grants/grant.ts";
import { addSeconds } from "../../../src/domain/time.ts";
import type { FixedClock } from "../../fakes/fixed-clock.ts";
import { NOW } from "../../support/a-connection.ts";
import type { Ledger } from "./ledger.ts";

/** What an administrator decides; `at` tells in which order, and `minutes` how long a grant lasts. */
export type AdministratorsChange = {
  readonly kind: "grant" | "withdrawal";
  readonly pattern: string;
  readonly at: number;
  readonly minutes?: number | undefined;
};

/** `review`: what a renewal with other grants has deferred. `lapse`: grants end, and a sweep comes. */
export type AccessOperation = AdministratorsChange | { readonly kind: "review" } | { readonly kind: "lapse" };

export type TokenGrants = "all" | "some" | "none";

const TEXTS = { all: ["subscribe:*"], some: ["subscribe:a"], none: [] } as const;

export function grantsNamed(name: TokenGrants): Grants {
  return TEXTS[name].flatMap((text) => parseGrant(text) ?? []);
}

export type AccessStores = {
  readonly administered: DynamoAdministeredAccess;
  readonly reviews: DynamoSubscriptionReviews;
  readonly clock: FixedClock;
};

/** A grant for five minutes has then ended, and one for nine has not. */
const LAPSE_SECONDS = 400;

export function isOfAccess(operation: { readonly kind: string }): operation is AccessOperation {
  return ["grant", "withdrawal", "review", "lapse"].includes(operation.kind);
}

export function policyOf({ administered, clock }: Pick<AccessStores, "administered" | "clock">): AccessPolicy {
  return makeGrantedAccess({ defaultGrants: [], administered, clock });
}

export function changeOf({ kind, pattern, at, minutes }: AdministratorsChange, { identity }: Connection): AccessChange {
  const grant = { verb: "subscribe", pattern: pattern as EntityPattern } as const;
  const until = minutes === undefined ? undefined : addSeconds(NOW, minutes * 60);
  return { ...grant, userId: identity.userId, kind, at: addSeconds(NOW, at), until };
}

export type Access = {
  readonly connection: Connection;
  readonly ledger: Ledger;
  /** Resolves at some moment. */
  readonly wait: () => Promise<void>;
  /** Is told as soon as the review is over. */
  readonly reviewed: (ended: readonly string[]) => void;
};

/** The steps of an administrator's event, of a sweep, and of a task that a renewal deferred. */
export async function performAccess(operation: AccessOperation, stores: AccessStores, access: Access): Promise<void> {
  if (operation.kind === "lapse") {
    await access.wait();
    lapse(stores, access.ledger);
  } else if (operation.kind !== "review") await stores.administered.record(changeOf(operation, access.connection));
  await reviewAndTell(stores, access, "pattern" in operation ? (operation.pattern as EntityPattern) : undefined);
}

function lapse({ clock }: AccessStores, ledger: Ledger): void {
  clock.advance(Math.max(0, NOW + LAPSE_SECONDS - clock.now() / 1000));
  ledger.noteGrants();
}

export async function reviewAndTell(
  stores: AccessStores,
  { connection, ledger, reviewed }: Pick<Access, "connection" | "ledger" | "reviewed">,
  pattern?: EntityPattern,
): Promise<void> {
  const policy = policyOf(stores);
  const { untold, denied } = await stores.reviews.review(connection.id, NOW, {
    pattern,
    decide: (requester, entityIds) => decideSafely(policy, requester, entityIds, NOW),
    decision: "decision",
  });
  reviewed(denied.map(({ entityId }) => entityId));
  if (untold === undefined) return;
  ledger.noteTold(untold);
  await stores.reviews.forgetUntold(connection.id, untold);
}
