import type { AccessChange } from "../../src/domain/grants/access-list.ts";
import { type Grants, grantText } from "../../src/domain/grants/grant.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../src/domain/time.ts";
import { type OracleEntry, oracleDecision, oracleMatches } from "../support/access-oracle.ts";
import type { Socket } from "./gateway-model.ts";
import { possibleTokens } from "./life.ts";
import type { OracleInput } from "./oracle.ts";

/** Of more events than these, one that may have been recorded and one that may not, nothing is said. */
const MOST_UNSURE_EVENTS = 7;

/** In calm runs all reviews of an event have ended by then, also those of connections that the index knew late. */
const REVIEWED_MILLIS = 15_000;

const VERB = "subscribe:";

/** What is asked about a connection and an entity. */
export type AccessQuestion = {
  readonly socket: Socket;
  readonly entityId: EntityId;
  /** A moment: the states are those of any time from then on. */
  readonly since: number;
  /** No grant that ended by then counts. */
  readonly at: EpochSeconds;
  /** A moment: events that came later do not count. */
  readonly until?: number;
  /** The grants of the connection's token, where they are known. */
  readonly grants?: Grants;
};

/** In one of the states that there may have been, the connection may follow the entity. */
export function mayBeAllowed(question: AccessQuestion, oracleInput: OracleInput): boolean {
  return possibleDecisions(question, oracleInput)?.has(true) ?? true;
}

/** In all states that there may have been, the connection may follow the entity. */
export function isSurelyAllowed(question: AccessQuestion, oracleInput: OracleInput): boolean {
  const { history, conditions } = oracleInput;
  const heldUntil = (listed: number) =>
    conditions.calm ? history.timeOf(listed) + REVIEWED_MILLIS : Number.POSITIVE_INFINITY;
  return possibleDecisions(question, oracleInput, heldUntil)?.has(false) === false;
}

/**
 * The decisions in all states: each token that the connection may have had, with each list that there may have been.
 * `heldUntil` says, in milliseconds, how long a list without an event may have counted.
 */
function possibleDecisions(
  question: AccessQuestion,
  oracleInput: OracleInput,
  heldUntil: (listed: number) => number = () => Number.POSITIVE_INFINITY,
): ReadonlySet<boolean> | undefined {
  const { socket, entityId, since, at, grants } = question;
  const known = grants && [{ grants: grants.map(grantText) }];
  const tokens = known ?? possibleTokens(socket, oracleInput.history, since);
  const patterns = tokens.map((token) => token.grants.map((grant) => grant.slice(VERB.length)));
  if (patterns.every((some) => some.some((pattern) => oracleMatches(pattern, entityId)))) return new Set([true]);
  const lists = possibleLists(question, oracleInput, heldUntil);
  if (lists === undefined) return undefined;
  const isAllowed = (some: readonly string[], { entries, until }: PossibleList) => {
    const { rule } = oracleDecision(some, [], entries, entityId, Math.min(at, until / 1000)) ?? {};
    return rule === "TOKEN_GRANT" || rule === "TABLE_GRANT";
  };
  return new Set(patterns.flatMap((some) => lists.map((list) => isAllowed(some, list))));
}

/** `until`, in milliseconds: it counted no longer. */
type PossibleList = { readonly entries: readonly OracleEntry[]; readonly until: number };

/** The lists of administrators that there may have been: with all events that surely were recorded, and some others. */
function possibleLists(
  { socket, entityId, since, until = Number.POSITIVE_INFINITY }: AccessQuestion,
  { adminEvents }: OracleInput,
  heldUntil: (listed: number) => number,
): readonly PossibleList[] | undefined {
  const sure: AccessChange[] = [];
  const unsure: { readonly change: AccessChange; readonly listed: number }[] = [];
  for (const { order, begun, listed } of adminEvents.values()) {
    if (order.kind !== "access" || order.change.userId !== socket.userId || begun > until) continue;
    if (!oracleMatches(order.change.pattern, entityId)) continue;
    if (listed < since) sure.push(order.change);
    else unsure.push({ change: order.change, listed });
  }
  if (unsure.length > MOST_UNSURE_EVENTS) return undefined;
  let subsets = [{ changes: sure, until: Number.POSITIVE_INFINITY }];
  for (const { change, listed } of unsure) {
    subsets = subsets.flatMap(({ changes, until }) => [
      { changes: [...changes, change], until },
      { changes, until: Math.min(until, heldUntil(listed)) },
    ]);
  }
  return subsets.map(({ changes, until }) => ({ entries: entriesOf(changes), until }));
}

/** The last grant of each pattern, of two in one second the one that ends first; and the last withdrawal. */
function entriesOf(changes: readonly AccessChange[]): readonly OracleEntry[] {
  return [...new Set(changes.map(({ pattern }) => pattern))].map((pattern) => {
    const own = changes.filter((change) => change.pattern === pattern);
    const endOf = (change: AccessChange) => change.until ?? Number.POSITIVE_INFINITY;
    const [granted] = own
      .filter(({ kind }) => kind === "grant")
      .sort((one, other) => other.at - one.at || endOf(one) - endOf(other));
    const withdrawals = own.filter(({ kind }) => kind === "withdrawal").map(({ at }) => at);
    return {
      pattern,
      ...(granted && { granted: { at: granted.at, until: endOf(granted) } }),
      ...(withdrawals.length > 0 && { withdrawnAt: Math.max(...withdrawals) }),
    };
  });
}
