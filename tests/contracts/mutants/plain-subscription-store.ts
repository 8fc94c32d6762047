import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { Absence, Page } from "../../../src/application/ports/connection-store.ts";
import type {
  EndedByReview,
  ReviewOutcome,
  SubscriptionReviews,
} from "../../../src/application/ports/subscription-reviews.ts";
import type {
  DecideEntities,
  StoreOutcome,
  SubscribeResult,
  SubscriptionRequest,
  SubscriptionStore,
  UnsubscribeResult,
} from "../../../src/application/ports/subscription-store.ts";
import { type Connection, type ConnectionId, isExpired } from "../../../src/domain/connection/connection.ts";
import { MalformedInputError } from "../../../src/domain/errors.ts";
import type { AccessDecision, DeniedAccess } from "../../../src/domain/grants/access-decision.ts";
import { type EntityPattern, includes } from "../../../src/domain/grants/grant.ts";
import type { EntityId, Subscription } from "../../../src/domain/subscription/subscription.ts";
import { type EpochSeconds, earlier } from "../../../src/domain/time.ts";
import { aConnection } from "../../support/a-connection.ts";
import type { SubscriptionReference } from "../../support/a-subscription.ts";
import type { PlainConnectionStore } from "./plain-connection-store.ts";

export type Rules = { readonly limit: number; readonly decide: DecideEntities };

export type ReviewRules = Parameters<SubscriptionReviews["review"]>[2];

type Denied = ReviewOutcome["denied"];

/** The ports in their simplest form, with a separate step for each rule: a mutant breaks one of them. */
export class PlainSubscriptionStore implements SubscriptionStore, SubscriptionReviews {
  protected readonly rows = new Map<string, Subscription>();
  protected readonly connections: PlainConnectionStore;
  readonly #pageSize: number;

  constructor(connections: PlainConnectionStore, pageSize = 7) {
    this.connections = connections;
    this.#pageSize = pageSize;
  }

  async subscribe(
    request: SubscriptionRequest,
    now: EpochSeconds,
    { limit, decide }: Rules,
  ): Promise<StoreOutcome<SubscribeResult>> {
    const { connectionId, entityIds } = request;
    for (;;) {
      const refusal = this.refusal(request, now);
      if (refusal !== undefined) return { kind: refusal };
      const revision = this.revisionOf(connectionId);
      const decisions = await decide(this.connections.grantsOf(connectionId), entityIds);
      const later = this.refusal(request, now);
      if (later !== undefined) return { kind: later };
      if (this.revisionOf(connectionId) !== revision) continue;
      const results = entityIds.map((entityId, n) => this.subscribeTo({ ...request, entityId }, decisions[n], limit));
      if (results.includes("subscribed")) this.note(request);
      return this.answer(request, results);
    }
  }

  async unsubscribe(request: SubscriptionRequest, now: EpochSeconds): Promise<StoreOutcome<UnsubscribeResult>> {
    const refusal = this.refusal(request, now);
    if (refusal !== undefined) return { kind: refusal };
    const results = request.entityIds.map((entityId) => this.unsubscribeFrom({ ...request, entityId }));
    if (results.length > 0) this.note(request);
    return this.answer(request, results);
  }

  async unsubscribeAll(connectionId: ConnectionId, _seen?: EntityId): Promise<void> {
    for (const row of this.rowsOf(connectionId)) this.remove(row);
  }

  async subscribersOf(entityId: EntityId, now: EpochSeconds, from?: string): Promise<Page<Subscription>> {
    const after = from === undefined ? "" : this.readCursor(from);
    const rest = [...this.rows.values()]
      .map((row) => this.current(row))
      .filter((row) => this.isOf(entityId, row) && this.isLive(row, now) && row.connectionId > after)
      .sort((a, b) => (a.connectionId < b.connectionId ? -1 : 1));
    return this.page(rest);
  }

  async subscribersAmong(
    ids: readonly ConnectionId[],
    entityId: EntityId,
    now: EpochSeconds,
  ): Promise<readonly Subscription[]> {
    const found = [...new Set(ids)].flatMap((connectionId) => this.rows.get(keyOf({ entityId, connectionId })) ?? []);
    return found.map((row) => this.current(row)).filter((row) => this.isLive(row, now));
  }

  async review(connectionId: ConnectionId, now: EpochSeconds, rules: ReviewRules): Promise<ReviewOutcome> {
    for (;;) {
      const connection = this.reviewed(connectionId, now);
      if (connection === undefined) return { denied: [] };
      const { userId } = connection.identity;
      const revision = this.revisionOf(connectionId);
      const concerned = this.concerned(connectionId, rules.pattern);
      const decisions = await rules.decide({ userId, grants: this.connections.grantsOf(connectionId) }, concerned);
      if (decisions.includes(undefined)) this.refuseUndecided();
      if (this.reviewed(connectionId, now) === undefined) return { denied: [] };
      if (this.revisionOf(connectionId) !== revision) continue;
      const denied = concerned.flatMap((entityId, n) => this.apply({ entityId, connectionId, userId }, decisions[n]));
      return { untold: this.noteUntold(connectionId, denied, rules.decision), denied, userId };
    }
  }

  async forgetUntold(connectionId: ConnectionId, told: EndedByReview): Promise<void> {
    const marks = this.connections.marksOf(connectionId);
    if (marks?.untold !== undefined && this.isSameNote(marks.untold, told)) marks.untold = undefined;
  }

  /** Takes beginning and end from the connection's record. Some mutants subscribe without a record. */
  protected completed(reference: SubscriptionReference): Subscription {
    const { entityId, connectionId, userId } = reference;
    const { connectedAt, expiresAt } = this.connections.find(connectionId) ?? aConnection();
    return { entityId, connectionId, userId, connectedAt, expiresAt };
  }

  protected refusal(request: SubscriptionRequest, now: EpochSeconds): Absence | "stale" | undefined {
    const absence = this.absenceOf(request, now);
    if (absence !== undefined) return absence;
    return this.isStale(request) ? "stale" : undefined;
  }

  protected absenceOf(
    { connectionId, userId }: Pick<SubscriptionReference, "connectionId" | "userId">,
    now: EpochSeconds,
  ): Absence | undefined {
    return this.connections.absenceOf(connectionId, userId, now);
  }

  protected isStale({ connectionId, seq }: SubscriptionRequest): boolean {
    return this.connections.isStale(connectionId, seq);
  }

  protected revisionOf(id: ConnectionId): number | undefined {
    return this.connections.marksOf(id)?.revision;
  }

  /** The effect of a request on one entity. */
  protected subscribeTo(
    reference: SubscriptionReference,
    decision: AccessDecision | undefined,
    limit: number,
  ): SubscribeResult {
    if (decision === undefined) return "failed";
    if (decision.kind === "denied") return decision;
    if (!this.hasRoom(reference, limit)) return "limit-reached";
    this.write(this.until(this.completed(reference), decision.until));
    return "subscribed";
  }

  protected unsubscribeFrom(reference: SubscriptionReference): UnsubscribeResult {
    this.remove(reference);
    return "unsubscribed";
  }

  protected hasRoom({ connectionId, entityId }: SubscriptionReference, limit: number): boolean {
    const rows = this.rowsOf(connectionId);
    return rows.length < limit || rows.some((row) => row.entityId === entityId);
  }

  protected until(subscription: Subscription, grantedUntil: EpochSeconds | undefined): Subscription {
    return grantedUntil === undefined ? subscription : { ...subscription, grantedUntil };
  }

  /** Marks the connection as changed by a request. */
  protected note({ connectionId, seq }: SubscriptionRequest): void {
    const marks = this.connections.marksOf(connectionId);
    if (marks === undefined) return;
    marks.revision += 1;
    marks.seq = seq ?? marks.seq;
  }

  protected answer<Result>({ connectionId }: SubscriptionRequest, results: readonly Result[]): StoreOutcome<Result> {
    return { kind: "answered", results, connection: this.connections.find(connectionId) ?? aConnection() };
  }

  /** The connection that a review looks at. */
  protected reviewed(id: ConnectionId, now: EpochSeconds): Connection | undefined {
    const connection = this.connections.find(id);
    return connection === undefined || isExpired(connection, now) ? undefined : connection;
  }

  protected concerned(id: ConnectionId, pattern: EntityPattern | undefined): readonly EntityId[] {
    const entityIds = this.rowsOf(id).map(({ entityId }) => entityId);
    return entityIds.filter((entityId) => pattern === undefined || includes(pattern, entityId));
  }

  protected refuseUndecided(): void {
    throw new DependencyUnavailableError("ACCESS_POLICY");
  }

  /** The effect of a review on one subscription. */
  protected apply(reference: SubscriptionReference, decision: AccessDecision | undefined): Denied {
    if (decision?.kind === "denied") return this.deny(reference, decision);
    if (decision !== undefined) this.write(this.until(this.completed(reference), decision.until));
    return [];
  }

  protected deny(reference: SubscriptionReference, denial: DeniedAccess): Denied {
    this.remove(reference);
    return [{ entityId: reference.entityId, denial }];
  }

  protected noteUntold(id: ConnectionId, denied: Denied, decision: string): EndedByReview | undefined {
    const marks = this.connections.marksOf(id);
    if (marks === undefined) return undefined;
    marks.revision += 1;
    const earlierEnded = this.stillUntold(id, marks.untold);
    const ended = [...earlierEnded, ...denied.map(({ entityId }) => ({ entityId, decision }))];
    const seq = denied.length > 0 ? marks.seq : marks.untold?.seq;
    if (denied.length > 0 || marks.untold !== undefined) marks.untold = { ended, revision: marks.revision, seq };
    return marks.untold;
  }

  protected stillUntold(id: ConnectionId, untold: EndedByReview | undefined): EndedByReview["ended"] {
    const subscribed = new Set(this.concerned(id, undefined));
    return (untold?.ended ?? []).filter(({ entityId }) => !subscribed.has(entityId));
  }

  protected isSameNote(one: EndedByReview, other: EndedByReview): boolean {
    return one.revision === other.revision;
  }

  /** The end is the record's, as long as there is one, or the grant's. */
  protected current(row: Subscription): Subscription {
    const { expiresAt } = this.connections.find(row.connectionId) ?? row;
    return { ...row, expiresAt: row.grantedUntil === undefined ? expiresAt : earlier(expiresAt, row.grantedUntil) };
  }

  protected write(subscription: Subscription): void {
    const key = keyOf(subscription);
    this.rows.set(key, subscription);
    this.connections.listEnd(key, subscription.connectionId, subscription.grantedUntil);
  }

  protected remove(subscription: Pick<SubscriptionReference, "entityId" | "connectionId">): void {
    const key = keyOf(subscription);
    this.rows.delete(key);
    this.connections.listEnd(key, subscription.connectionId, undefined);
  }

  protected rowsOf(connectionId: ConnectionId): readonly Subscription[] {
    return [...this.rows.values()].filter((row) => row.connectionId === connectionId);
  }

  protected pageSize(): number {
    return this.#pageSize;
  }

  protected page(rest: readonly Subscription[]): Page<Subscription> {
    const items = rest.slice(0, this.pageSize());
    return { items, ...(rest.length > items.length && { next: `after ${items.at(-1)?.connectionId}` }) };
  }

  protected isLive(row: Subscription, now: EpochSeconds): boolean {
    return !isExpired(row, now);
  }

  protected isOf(entityId: EntityId, row: Subscription): boolean {
    return row.entityId === entityId;
  }

  protected readCursor(from: string): string {
    const id = /^after ([\w-]+={1,2})$/.exec(from)?.[1];
    if (id === undefined) throw new MalformedInputError("MALFORMED_CURSOR");
    return id;
  }
}

function keyOf({ entityId, connectionId }: Pick<SubscriptionReference, "entityId" | "connectionId">): string {
  return `${connectionId} ${entityId}`;
}
