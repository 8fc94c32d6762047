import type { Absence } from "../../src/application/ports/connection-store.ts";

/**
 * What one request of a connection did to one entity, as its sender saw it: a request about several entities is several of
 * these. Only the order of the moments counts.
 */
export type Request = {
  readonly begun: number;
  /** Infinite until the response has come. */
  readonly ended: number;
  /** The client's number of the request, if it has one. */
  readonly seq?: number | undefined;
} & (
  | {
      readonly kind: "subscribe" | "unsubscribe";
      readonly entity: string;
      /** A `failed` request has taken effect, has not, or will later. */
      readonly outcome: "subscribed" | "unsubscribed" | "limit-reached" | "denied" | "stale" | Absence | "failed";
      /** The request has other parts: the connection's end may cut it after this one, and answers all of them. */
      readonly isPart?: boolean;
    }
  | { readonly kind: "close"; readonly outcome: "closed" | "failed" }
  | { readonly kind: "look"; readonly entity: string; readonly outcome: "heard" | "not-heard" }
  /** The end of one subscription by a review. */
  | { readonly kind: "deny"; readonly entity: string; readonly outcome: "ended" | "failed" }
  /** A whole review: no request that failed before it takes effect after it. */
  | { readonly kind: "review"; readonly outcome: "reviewed" | "failed" }
  | { readonly kind: "renew"; readonly outcome: "renewed" | "stale" | "failed" }
);

/** `seq`: the greatest number of a request that had an effect. */
type State = {
  readonly subscribed: ReadonlySet<string>;
  readonly isClosed: boolean;
  readonly seq: number;
  /** A request was cut: the connection's end must follow. */
  readonly isCut?: boolean;
};

export type Ends = {
  readonly limit: number;
  readonly initially?: readonly string[];
  /** The subscriptions after all requests. */
  readonly finally: readonly string[];
};

/**
 * Whether responses and final state are possible for requests that run one after the other: in their order, or in either
 * order if they overlapped. A failed request may take effect at any time after it began, but not after a later request
 * that began after the failure and was acknowledged. None takes effect after one with a greater `seq`. A connection may
 * end at any time.
 */
export function isLinearizable(requests: readonly Request[], { limit, initially = [], finally: left }: Ends): boolean {
  const inVain = new Set<string>();
  const search = (remaining: readonly Request[], state: State): boolean => {
    const answered = remaining.filter(({ outcome }) => outcome !== "failed");
    if (answered.length === 0 && isLeft(state, left)) return true;
    const name = nameOf(requests, remaining, state);
    if (inVain.has(name)) return false;
    for (const next of remaining) {
      if (answered.some((other) => other !== next && other.ended < next.begun)) continue;
      const changed = afterwards(state, next, limit);
      if (changed === undefined) continue;
      const rest = remaining.filter((other) => other !== next && !isFenced(other, next));
      if (search(rest, changed)) return true;
    }
    inVain.add(name);
    return false;
  };
  return search(requests, { subscribed: new Set(initially), isClosed: false, seq: 0 });
}

function nameOf(all: readonly Request[], remaining: readonly Request[], { subscribed, ...rest }: State): string {
  const { isClosed, seq, isCut = false } = rest;
  return JSON.stringify([remaining.map((one) => all.indexOf(one)), [...subscribed].toSorted(), isClosed, seq, isCut]);
}

const ACKNOWLEDGEMENTS: ReadonlySet<string> = new Set(["subscribed", "unsubscribed", "reviewed"]);

/** A renewal needs no fence: it changes no subscription. */
const UNFENCED: ReadonlySet<string> = new Set(["close", "renew"]);

function isFenced(failed: Request, next: Request): boolean {
  return (
    failed.outcome === "failed" &&
    !UNFENCED.has(failed.kind) &&
    ACKNOWLEDGEMENTS.has(next.outcome) &&
    failed.ended < next.begun
  );
}

function isLeft({ subscribed, isClosed, isCut = false }: State, left: readonly string[]): boolean {
  if (isCut && !isClosed) return false;
  const expected = isClosed ? [] : [...subscribed];
  return expected.length === left.length && left.every((entity) => subscribed.has(entity));
}

/** How a connection that has ended is answered. Which answer it is depends on its end, which is not a part of the state. */
function isRefusal(outcome: Request["outcome"]): boolean {
  return outcome === "not-connected" || outcome === "token-expired" || outcome === "token-revoked";
}

/** The state after a request; undefined if the response is impossible in this state. */
function afterwards(state: State, request: Request, limit: number): State | undefined {
  const { subscribed } = state;
  switch (request.kind) {
    case "close":
      return { ...state, isClosed: true };
    case "look":
      return subscribed.has(request.entity) === (request.outcome === "heard") ? state : undefined;
    case "review":
      return state;
    case "deny":
      return subscribed.has(request.entity) ? without(state, request.entity) : undefined;
    case "renew":
      return request.outcome === "stale" ? ifStale(state, request) : withSeq(state, request);
    default:
      return afterChange(state, request, limit);
  }
}

type Change = Extract<Request, { readonly kind: "subscribe" | "unsubscribe" }>;

function afterChange(state: State, request: Change, limit: number): State | undefined {
  const { kind, entity, outcome } = request;
  const { subscribed, isClosed } = state;
  if (isClosed) return isRefusal(outcome) || outcome === "failed" ? state : undefined;
  if (outcome === "stale") return ifStale(state, request);
  // Whether the denial was right depends on grants, which are not a part of the state.
  if (outcome === "denied") return state;
  const has = subscribed.has(entity);
  const isFull = kind === "subscribe" && !has && subscribed.size >= limit;
  if (isFull) return outcome === "limit-reached" || outcome === "failed" ? state : undefined;
  const acknowledgement = kind === "subscribe" ? "subscribed" : "unsubscribed";
  const isCut = request.isPart === true && isRefusal(outcome);
  if (outcome !== acknowledgement && outcome !== "failed" && !isCut) return undefined;
  const changed =
    kind === "subscribe" ? { ...state, subscribed: new Set([...subscribed, entity]) } : without(state, entity);
  if (isCut) return withSeq({ ...changed, isCut }, request);
  return withSeq(changed, request);
}

function without(state: State, entity: string): State {
  return { ...state, subscribed: new Set([...state.subscribed].filter((one) => one !== entity)) };
}

/** Parts of one request have the same number. */
function withSeq(state: State, { seq }: Request): State | undefined {
  if (seq === undefined) return state;
  return seq < state.seq ? undefined : { ...state, seq };
}

function ifStale(state: State, { seq }: Request): State | undefined {
  return seq !== undefined && seq <= state.seq ? state : undefined;
}
