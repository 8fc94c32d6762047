/** One request of a connection, as its sender saw it. Moments only have an order. */
export type Request = {
  readonly begun: number;
  /** Infinite until it is answered. */
  readonly ended: number;
} & (
  | {
      readonly kind: "follow" | "unfollow";
      readonly entity: string;
      /** `failed` took effect or did not, or is yet to. */
      readonly outcome: "following" | "unfollowed" | "limit-reached" | "not-connected" | "failed";
    }
  | { readonly kind: "close"; readonly outcome: "closed" | "failed" }
  | { readonly kind: "look"; readonly entity: string; readonly outcome: "heard" | "not-heard" }
);

type State = { readonly followed: ReadonlySet<string>; readonly isClosed: boolean };

export type Ends = {
  readonly limit: number;
  readonly initially?: readonly string[];
  /** What is followed when all is over. */
  readonly finally: readonly string[];
};

/**
 * Whether answers and final state are those of requests one after the other: in their order, or in either order if they
 * overlapped. A failed request may take effect at any time after it began, but not after a later request that began after
 * the failure and was acknowledged. A connection may end at any time.
 */
export function isLinearizable(requests: readonly Request[], { limit, initially = [], finally: left }: Ends): boolean {
  const search = (remaining: readonly Request[], state: State): boolean => {
    const answered = remaining.filter(({ outcome }) => outcome !== "failed");
    if (answered.length === 0 && isLeft(state, left)) return true;
    for (const next of remaining) {
      if (answered.some((other) => other !== next && other.ended < next.begun)) continue;
      const following = afterwards(state, next, limit);
      if (following === undefined) continue;
      const rest = remaining.filter((other) => other !== next && !isFenced(other, next));
      if (search(rest, following)) return true;
    }
    return false;
  };
  return search(requests, { followed: new Set(initially), isClosed: false });
}

const ACKNOWLEDGEMENTS: ReadonlySet<string> = new Set(["following", "unfollowed"]);

function isFenced(failed: Request, next: Request): boolean {
  return (
    failed.outcome === "failed" &&
    failed.kind !== "close" &&
    ACKNOWLEDGEMENTS.has(next.outcome) &&
    failed.ended < next.begun
  );
}

function isLeft({ followed, isClosed }: State, left: readonly string[]): boolean {
  const expected = isClosed ? [] : [...followed];
  return expected.length === left.length && left.every((entity) => followed.has(entity));
}

/** Undefined when the answer cannot be one that was given in this state. */
function afterwards(state: State, request: Request, limit: number): State | undefined {
  const { followed, isClosed } = state;
  if (request.kind === "close") return { followed, isClosed: true };
  const has = followed.has(request.entity);
  if (request.kind === "look") return has === (request.outcome === "heard") ? state : undefined;
  const isFull = request.kind === "follow" && !has && followed.size >= limit;
  const refusal = isClosed ? "not-connected" : isFull ? "limit-reached" : undefined;
  if (refusal !== undefined) return request.outcome === refusal || request.outcome === "failed" ? state : undefined;
  const acknowledgement = request.kind === "follow" ? "following" : "unfollowed";
  if (request.outcome !== acknowledgement && request.outcome !== "failed") return undefined;
  const changed = new Set(followed);
  if (request.kind === "follow") changed.add(request.entity);
  else changed.delete(request.entity);
  return { followed: changed, isClosed };
}
