import fc from "fast-check";
import { expect, it } from "vitest";
import { CachedSource, type CacheTimes, type SourceResponse } from "../../src/application/cached-source.ts";
import { DependencyUnavailableError } from "../../src/application/errors.ts";
import { FixedClock } from "../fakes/fixed-clock.ts";

type State = "complete" | "partial" | "none" | "down";
type Step =
  | { readonly kind: "advance"; readonly seconds: number }
  | { readonly kind: "become"; readonly state: State }
  | { readonly kind: "read" | "reread" };

const times = fc.record({
  askMillis: fc.constant(2000),
  freshSeconds: fc.integer({ min: 1, max: 50 }),
  staleSeconds: fc.integer({ min: 50, max: 200 }),
  rereadSeconds: fc.integer({ min: 1, max: 20 }),
  pausesSeconds: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 4 }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("advance" as const), seconds: fc.integer({ min: 0, max: 60 }) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("read" as const, "reread" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("become" as const),
      state: fc.constantFrom(
        "complete" as const,
        "complete" as const,
        "partial" as const,
        "none" as const,
        "down" as const,
      ),
    }),
  },
);

type Request = { readonly at: number; readonly state: State };

it("inv:21 fault:16 any sequence of changes, outages and pauses keeps to the time limits", async () => {
  await fc.assert(
    fc.asyncProperty(
      times,
      fc.array(step, { maxLength: 60, size: "max" }),
      fc.boolean(),
      async (limits, steps, isPrimed) => {
        const clock = new FixedClock(1_800_000_000_000);
        const seconds = () => clock.now() / 1000 - 1_800_000_000;
        const requests: Request[] = [];
        let state: State = "complete";
        const cache = new CachedSource<number>({
          dependency: "SIGNING_SECRETS",
          times: limits,
          clock,
          ask: async (): Promise<SourceResponse<number>> => {
            requests.push({ at: seconds(), state });
            if (state === "down") throw new Error(state);
            return { kind: state, value: seconds(), cause: new Error(state) };
          },
          onBridgedFailure: () => {},
        });
        // The source's first state is complete, so priming is one more request with a value.
        if (isPrimed) await cache.prime();
        for (const next of steps) {
          if (next.kind === "advance") clock.advance(next.seconds);
          else if (next.kind === "become") state = next.state;
          else {
            const before = requests.length;
            const outcome = await cache[next.kind]().catch((error: unknown) => error);
            expect(requests.length - before).toBeLessThanOrEqual(1);
            checkOutcome(outcome, next.kind, requests, seconds(), limits);
          }
        }
        checkPauses(requests, limits.pausesSeconds);
      },
    ),
    { numRuns: 2000 },
  );
});

/** A value comes from the last request with one, with no `none` after it. It is young unless the last request failed. */
function checkOutcome(
  outcome: unknown,
  how: "read" | "reread",
  requests: readonly Request[],
  now: number,
  of: CacheTimes,
) {
  const last = requests.at(-1)?.state;
  const newest = requests.findLast(({ state }) => state !== "down");
  if (typeof outcome === "number") {
    expect(newest?.state).not.toBe("none");
    expect(newest?.at).toBe(outcome);
    const isYoung = how === "read" && last === "complete";
    expect(now - outcome).toBeLessThan(isYoung ? of.freshSeconds : of.staleSeconds);
    const complete = requests.findLast(({ state }) => state === "complete");
    if (how === "reread") expect(now - (complete?.at ?? Number.NaN)).toBeLessThan(of.rereadSeconds);
    return;
  }
  expect(outcome).toBeInstanceOf(DependencyUnavailableError);
  expect(last).not.toBe("complete");
  const bridges = newest !== undefined && newest.state !== "none" && now - newest.at < of.staleSeconds;
  if (how === "read") expect(bridges).toBe(false);
}

/** After n failures in a row no request comes within the nth pause. */
function checkPauses(requests: readonly Request[], pauses: readonly number[]) {
  let failures = 0;
  for (const [index, { at, state }] of requests.entries()) {
    failures = state === "complete" ? 0 : failures + 1;
    const next = requests[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    const pause = failures === 0 ? 0 : (pauses[Math.min(failures, pauses.length) - 1] ?? Number.NaN);
    expect(next - at).toBeGreaterThanOrEqual(pause);
  }
}
