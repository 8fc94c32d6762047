import type { PreviousToken, Renewal, RenewOutcome } from "../../../src/application/ports/connection-renewals.ts";
import type { SubscriptionRequest } from "../../../src/application/ports/subscription-store.ts";
import type { Connection, ConnectionId } from "../../../src/domain/connection/connection.ts";
import { endSlot } from "../../../src/domain/connection/ending.ts";
import type { EntityPattern, Grants } from "../../../src/domain/grants/grant.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import type { Subscription } from "../../../src/domain/subscription/subscription.ts";
import { addSeconds, type EpochSeconds } from "../../../src/domain/time.ts";
import type { TokenFacts } from "../../../src/domain/token/token-facts.ts";
import type { LifeStores } from "../../support/life-stores.ts";
import { pause } from "../../support/pause.ts";
import type { ConnectionRenewalsSubject } from "../connection-renewals.contract.ts";
import type { Mutant } from "../describe-mutants.ts";
import { downThrough, type Flaws } from "./down-through.ts";
import { PlainConnectionStore } from "./plain-connection-store.ts";
import { plainLifeStores } from "./plain-life-stores.ts";
import { PlainSubscriptionStore, type Rules } from "./plain-subscription-store.ts";

class ReadingBeforeWriting extends PlainConnectionStore {
  override async renew(renewal: Renewal, now: EpochSeconds): Promise<RenewOutcome> {
    const { connectionId, userId, token } = renewal;
    const absence = this.absenceOf(connectionId, userId, now);
    const connection = this.find(connectionId);
    await pause(2);
    if (absence !== undefined || connection === undefined) return { kind: absence ?? "not-connected" };
    if (!this.endsLater(token, connection.token)) return { kind: "ends-no-later" };
    this.replaceToken(connection, token);
    return { kind: "renewed", previous: { token: connection.token, grants: [] } };
  }
}

class TellingTheNewFacts extends PlainConnectionStore {
  override async renew(renewal: Renewal, now: EpochSeconds, prepare: () => Promise<void>): Promise<RenewOutcome> {
    const outcome = await super.renew(renewal, now, prepare);
    return outcome.kind === "renewed" ? { kind: "renewed", previous: renewal } : outcome;
  }
}

class KeepingOldFacts extends PlainConnectionStore {
  protected override replaceToken(connection: Connection, token: TokenFacts, grants?: Grants): void {
    super.replaceToken(connection, { ...connection.token, ...token }, grants);
  }
}

class MovingTheTokenOnly extends PlainConnectionStore {
  protected override replaceToken(connection: Connection, token: TokenFacts): void {
    this.put({ ...connection, token });
  }
}

class MovingToTheTokensEnd extends PlainConnectionStore {
  protected override replaceToken(connection: Connection, token: TokenFacts): void {
    this.put({ ...connection, token, expiresAt: token.expiresAt });
  }
}

class NeverMoving extends PlainConnectionStore {
  protected override put(connection: Connection): void {
    const { slot = endSlot(connection.expiresAt) } = this.rows.get(connection.id) ?? {};
    super.put(connection);
    this.rows.set(connection.id, { ...this.rows.get(connection.id), slot });
  }
}

/** The index shows the old end for a moment, and no record is looked up. */
class ListingByTheIndex extends PlainConnectionStore {
  readonly #ends = new Map<ConnectionId, EpochSeconds>();

  override async liveConnectionsOf(userId: UserId, now: EpochSeconds, from?: string) {
    const { items, ...rest } = await super.liveConnectionsOf(userId, now, from);
    return { ...rest, items: items.filter(({ id, expiresAt }) => (this.#ends.get(id) ?? expiresAt) > now) };
  }

  protected override replaceToken(connection: Connection, token: TokenFacts, grants?: Grants): void {
    this.#ends.set(connection.id, connection.expiresAt);
    setTimeout(() => this.#ends.delete(connection.id), 5);
    super.replaceToken(connection, token, grants);
  }
}

class AcceptingAnyEnd extends PlainConnectionStore {
  protected override endsLater(): boolean {
    return true;
  }
}

class AcceptingTheSameEnd extends PlainConnectionStore {
  protected override endsLater(token: TokenFacts, present: TokenFacts): boolean {
    return token.expiresAt >= present.expiresAt;
  }
}

class RevivingTheExpired extends PlainConnectionStore {
  override renew(renewal: Renewal, _now: EpochSeconds, prepare: () => Promise<void>): Promise<RenewOutcome> {
    return super.renew(renewal, 1 as EpochSeconds, prepare);
  }
}

class RenewingForAnyUser extends PlainConnectionStore {
  override renew(renewal: Renewal, now: EpochSeconds, prepare: () => Promise<void>): Promise<RenewOutcome> {
    const { userId = renewal.userId } = this.find(renewal.connectionId)?.identity ?? {};
    return super.renew({ ...renewal, userId }, now, prepare);
  }
}

class HidingWhyItEnded extends PlainConnectionStore {
  override async renew(renewal: Renewal, now: EpochSeconds, prepare: () => Promise<void>): Promise<RenewOutcome> {
    const outcome = await super.renew(renewal, now, prepare);
    return outcome.kind.startsWith("token-") ? { kind: "not-connected" } : outcome;
  }
}

class OpeningTheUnknown extends PlainConnectionStore {
  override async renew(renewal: Renewal, now: EpochSeconds, prepare: () => Promise<void>): Promise<RenewOutcome> {
    const outcome = await super.renew(renewal, now, prepare);
    const { connectionId: id, userId, connectedAt, token } = renewal;
    if (outcome.kind === "not-connected" && !this.rows.has(id)) {
      this.put({ id, identity: { userId }, sourceIp: "", connectedAt, token, expiresAt: token.expiresAt });
    }
    return outcome;
  }
}

class RevivingTheClosed extends PlainConnectionStore {
  readonly #opened = new Map<ConnectionId, Connection>();

  override async open(connection: Connection) {
    this.#opened.set(connection.id, connection);
    return super.open(connection);
  }

  override async takeBack(renewal: Renewal, previous: PreviousToken): Promise<void> {
    const opened = this.#opened.get(renewal.connectionId);
    if (opened !== undefined && this.find(opened.id) === undefined) this.put(opened);
    return super.takeBack(renewal, previous);
  }

  override async renew(renewal: Renewal, now: EpochSeconds, prepare: () => Promise<void>): Promise<RenewOutcome> {
    const opened = this.#opened.get(renewal.connectionId);
    if (opened !== undefined && this.find(opened.id) === undefined) this.put(opened);
    return super.renew(renewal, now, prepare);
  }
}

class TakingBackAnything extends PlainConnectionStore {
  protected override hasToken(): boolean {
    return true;
  }
}

class ComparingEnds extends PlainConnectionStore {
  protected override hasToken(connection: Connection, token: TokenFacts): boolean {
    return connection.token.expiresAt === token.expiresAt;
  }
}

class TakingBackNothing extends PlainConnectionStore {
  override async takeBack(): Promise<void> {}
}

class TakingBackWithNewFacts extends PlainConnectionStore {
  override takeBack(renewal: Renewal, { token, grants }: PreviousToken): Promise<void> {
    return super.takeBack(renewal, { token: { ...renewal.token, ...token }, grants });
  }
}

/** A row keeps the end that the record had when it was written. */
class KeepingTheCopy extends PlainSubscriptionStore {
  protected override current(row: Subscription): Subscription {
    return row;
  }
}

/** `subscribe` reads the record, and writes the end later. */
class WritingTheEndLater extends KeepingTheCopy {
  override async subscribe(request: SubscriptionRequest, now: EpochSeconds, { limit }: Rules) {
    const refusal = this.refusal(request, now);
    if (refusal !== undefined) return { kind: refusal };
    const rows = request.entityIds.map((entityId) => this.completed({ ...request, entityId }));
    await pause(2);
    for (const row of rows) if (this.hasRoom(row, limit)) this.write(row);
    return this.answer(
      request,
      rows.map(() => "subscribed" as const),
    );
  }
}

/** A renewal forgets that rows exist until the old end. */
class ShowingRowsLonger extends PlainSubscriptionStore {
  protected override isLive(row: Subscription, now: EpochSeconds): boolean {
    return super.isLive({ ...row, expiresAt: addSeconds(row.expiresAt, 1) }, now);
  }
}

class KeepingOldGrants extends PlainConnectionStore {
  protected override replaceToken(connection: Connection, token: TokenFacts): void {
    super.replaceToken(connection, token);
  }
}

/** A preparation may come behind the write. */
class PreparingAfterwards extends PlainConnectionStore {
  override async renew(renewal: Renewal, now: EpochSeconds, prepare: () => Promise<void>): Promise<RenewOutcome> {
    const before = this.find(renewal.connectionId)?.token;
    const outcome = await super.renew(renewal, now, async () => {});
    if (outcome.kind === "renewed" && before?.grants !== renewal.token.grants) await prepare();
    return outcome;
  }
}

class AlwaysPreparing extends PlainConnectionStore {
  override async renew(renewal: Renewal, now: EpochSeconds, prepare: () => Promise<void>): Promise<RenewOutcome> {
    const outcome = await super.renew(renewal, now, async () => {});
    await prepare();
    return outcome;
  }
}

class PreparingForTheFirstGrantsOnly extends PlainConnectionStore {
  override renew(renewal: Renewal, now: EpochSeconds, prepare: () => Promise<void>): Promise<RenewOutcome> {
    const { token } = this.find(renewal.connectionId) ?? {};
    const isSame = token?.grants === renewal.token.grants;
    return pause(0).then(() => super.renew(renewal, now, isSame ? async () => {} : prepare));
  }
}

/** A repeated `open` writes the grants beside the record again. */
class OpeningWithGrantsAgain extends PlainConnectionStore {
  override async open(connection: Connection, grants: Grants) {
    const found = this.find(connection.id);
    if (found !== undefined) this.put(found, grants);
    return super.open(connection, grants);
  }
}

class WithoutOrder extends PlainConnectionStore {
  override isStale(): boolean {
    return false;
  }
}

class TakingTheSeqBack extends PlainConnectionStore {
  override takeBack(renewal: Renewal, previous: PreviousToken): Promise<void> {
    const marks = this.marksOf(renewal.connectionId);
    if (marks !== undefined) marks.seq = undefined;
    return super.takeBack(renewal, previous);
  }
}

class TakingBackFactsOnly extends PlainConnectionStore {
  override takeBack(renewal: Renewal, { token }: PreviousToken): Promise<void> {
    return super.takeBack(renewal, { token, grants: renewal.grants });
  }
}

class TakingBackGrantsOfAnybody extends PlainConnectionStore {
  override async takeBack(renewal: Renewal, previous: PreviousToken): Promise<void> {
    await super.takeBack(renewal, previous);
    const found = this.find(renewal.connectionId);
    if (found !== undefined) this.put(found, [{ verb: "subscribe", pattern: "*" as EntityPattern }]);
  }
}

class TellingNoGrants extends PlainConnectionStore {
  override async renew(renewal: Renewal, now: EpochSeconds, prepare: () => Promise<void>): Promise<RenewOutcome> {
    const outcome = await super.renew(renewal, now, prepare);
    return outcome.kind === "renewed" ? { ...outcome, previous: { ...outcome.previous, grants: [] } } : outcome;
  }
}

function over(stores: LifeStores, flaws?: Flaws): ConnectionRenewalsSubject {
  const whenDown = downThrough(stores.renewals, "CONNECTION_STORE", flaws);
  return { makeStores: () => stores, whenDown, lagMillis: 300 };
}

function of(Connections: new () => PlainConnectionStore): ConnectionRenewalsSubject {
  return over(plainLifeStores(Connections));
}

export const connectionRenewalsMutants: readonly Mutant<ConnectionRenewalsSubject>[] = [
  [
    "reads before it writes",
    of(ReadingBeforeWriting),
    ["keeps the later end of two", "a concurrent close", "a concurrent end", "with any faults"],
  ],
  ["tells the new facts as those before", of(TellingTheNewFacts), ["replaces the facts of the token"]],
  ["keeps facts of the old token", of(KeepingOldFacts), ["leaves no fact", "a token without id and iat"]],
  ["moves the token's end, not the connection's", of(MovingTheTokenOnly), ["replaces the facts", "live past its old"]],
  ["moves the end beyond closesAt", of(MovingToTheTokensEnd), ["lengthens no life beyond closesAt"]],
  ["leaves the connection in its old slot", of(NeverMoving), ["to the slot of its new end"]],
  ["believes the index about the old end", of(ListingByTheIndex), ["live past its old end"]],
  ["accepts a token of any end", of(AcceptingAnyEnd), ["a token that ends", "of two renewals", "with any faults"]],
  ["accepts a token of the same end", of(AcceptingTheSameEnd), ["ends at the same time"]],
  ["revives what has expired", of(RevivingTheExpired), ["whose token ends now", "whose time is over"]],
  ["renews for any user", of(RenewingForAnyUser), ["that another user has"]],
  ["does not tell why it has ended", of(HidingWhyItEnded), ["ended by TOKEN", "whose token ends now"]],
  ["opens what was never opened", of(OpeningTheUnknown), ["that was never opened,"]],
  [
    "revives what was closed",
    of(RevivingTheClosed),
    ["that was closed,", "ended by DISCONNECTED", "was closed or never opened"],
  ],
  ["takes any renewal back", of(TakingBackAnything), ["undoes no newer renewal"]],
  ["takes back by the end alone", of(ComparingEnds), ["by another token of the same end"]],
  ["takes nothing back", of(TakingBackNothing), ["puts back a token with all", "with the end that was taken back"]],
  ["takes back some of the facts", of(TakingBackWithNewFacts), ["a token without id and iat"]],
  [
    "believes a row's copy of the end",
    over(plainLifeStores(undefined, KeepingTheCopy)),
    ["live past its old end", "from before it with the end"],
  ],
  [
    "writes an old end into a row",
    over(plainLifeStores(undefined, WritingTheEndLater)),
    ["behind a concurrent subscribe"],
  ],
  [
    "shows a row a second longer",
    over(plainLifeStores(undefined, ShowingRowsLonger)),
    ["at its new end", "with the end that was taken back"],
  ],
  [
    "keeps the old grants",
    of(KeepingOldGrants),
    ["the same step for none", "the same step for others", "the same step and leaves none", "keeps new grants"],
  ],
  ["prepares behind the write", of(PreparingAfterwards), ["in the same step", "if the preparation for"]],
  ["always prepares", of(AlwaysPreparing), ["without a preparation"]],
  ["compares grants once", of(PreparingForTheFirstGrantsOnly), ["granted meanwhile"]],
  ["opens with old grants again", of(OpeningWithGrantsAgain), ["keeps new grants"]],
  ["knows no order", of(WithoutOrder), ["is stale with seq", "leaves the seq of requests"]],
  ["takes the seq back", of(TakingTheSeqBack), ["leaves the seq of requests"]],
  [
    "takes back the facts without the grants",
    of(TakingBackFactsOnly),
    ["puts back grants for others", "puts back grants that the new"],
  ],
  [
    "tells no grants",
    of(TellingNoGrants),
    ["the same step for others", "the same step and leaves", "puts back grants for others"],
  ],
  [
    "takes back the wrong grants",
    of(TakingBackGrantsOfAnybody),
    ["puts back grants for none", "puts back grants that are the same"],
  ],
  ["throws what its client throws", over(plainLifeStores(), { raw: true }), ["fault:L1 fails"]],
  ["has no time limit", over(plainLifeStores(), { unlimited: true }), ["fault:L1 hangs"]],
];

export const rightConnectionRenewals: Readonly<Record<string, ConnectionRenewalsSubject>> = {
  "the port in its simplest form": over(plainLifeStores()),
};
