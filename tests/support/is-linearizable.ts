import type { Absence } from "../../src/application/ports/connection-store.ts";

/** One request of a connection, as its sender saw it. Only the order of the moments counts. */
export type Request = {
  readonly begun: number;
  /** Infinite until the response has come. */
  readonly ended: number;
} & (
  | {
      readonly kind: "subscribe" | "unsubscribe";
      readonly entity: string;
      /** A `failed` request has taken effect, has not, or will later. */
      readonly outcome: "subscribed" | "unsubscribed" | "limit-reached" | Absence | "failed";
    }
  | { readonly kind: "close"; readonly outcome: "closed" | "failed" }
  | { readonly kind: "look"; readonly entity: string; readonly outcome: "heard" | "not-heard" }
);

type State = { readonly subscribed: ReadonlySet<string>; readonly isClosed: boolean };

export type Ends = {
  readonly limit: number;
  readonly initially?: readonly string[];
  /** The subscriptions after all requests. */
  readonly finally: readonly string[];
};

/**
 * Whether responses and final state are possible for requests that run one after the other: in their order, or in either
 * order if they overlapped. A failed request may take effect at any time after it began, but not after a later request
 * that began after the failure and was acknowledged. A connection may end at any time.
 */
export function isLinearizable(requests: readonly Request[], { limit, initially = [], finally: left }: Ends): boolean {
  const search = (remaining: readonly Request[], state: State): boolean => {
    const answered = remaining.filter(({ outcome }) => outcome !== "failed");
    if (answered.length === 0 && isLeft(state, left)) return true;
    for (const next of remaining) {
      if (answered.some((other) => other !== next && other.ended < next.begun)) continue;
      const changed = afterwards(state, next, limit);
      if (changed === undefined) continue;
      const rest = remaining.filter((other) => other !== next && !isFenced(other, next));
      if (search(rest, changed)) return true;
    }
    return false;
  };
  return search(requests, { subscribed: new Set(initially), isClosed: false });
}

const ACKNOWLEDGEMENTS: ReadonlySet<string> = new Set(["subscribed", "unsubscribed"]);

function isFenced(failed: Request, next: Request): boolean {
  return (
    failed.outcome === "failed" &&
    failed.kind !== "close" &&
    ACKNOWLEDGEMENTS.has(next.outcome) &&
    failed.ended < next.begun
  );
}

function isLeft({ subscribed, isClosed }: State, left: readonly string[]): boolean {
  const expected = isClosed ? [] : [...subscribed];
  return expected.length === left.length && left.every((entity) => subscribed.has(entity));
}

/** How a connection that has ended is answered. Which answer it is depends on its end, which is not a part of the state. */
function isRefusal(outcome: Request["outcome"]): boolean {
  return outcome === "not-connected" || outcome === "token-expired" || outcome === "token-revoked";
}

/** The state after a request; undefined if the response is impossible in this state. */
function afterwards(state: State, request: Request, limit: number): State | undefined {
  const { subscribed, isClosed } = state;
  if (request.kind === "close") return { subscribed, isClosed: true };
  const has = subscribed.has(request.entity);
  if (request.kind === "look") return has === (request.outcome === "heard") ? state : undefined;
  const isFull = request.kind === "subscribe" && !has && subscribed.size >= limit;
  if (isClosed) return isRefusal(request.outcome) || request.outcome === "failed" ? state : undefined;
  if (isFull) return request.outcome === "limit-reached" || request.outcome === "failed" ? state : undefined;
  const acknowledgement = request.kind === "subscribe" ? "subscribed" : "unsubscribed";
  if (request.outcome !== acknowledgement && request.outcome !== "failed") return undefined;
  const changed = new Set(subscribed);
  if (request.kind === "subscribe") changed.add(request.entity);
  else changed.delete(request.entity);
  return { subscribed: changed, isClosed };
}
