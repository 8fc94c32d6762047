import { describe, expect, it } from "vitest";
import { deferred } from "../../packages/emulator/tests/support/deferred.ts";
import { CachedSource, type SourceResponse } from "../../src/application/cached-source.ts";
import { DependencyUnavailableError } from "../../src/application/errors.ts";
import { FixedClock } from "../fakes/fixed-clock.ts";

const TIMES = { askMillis: 2000, freshSeconds: 100, staleSeconds: 1000, rereadSeconds: 5, pausesSeconds: [1, 3, 10] };
const DOWN = new Error("down");

/** A cache over a script: each request takes the next result, and repeats the last one at the end. */
function cacheOver(...script: readonly (SourceResponse<string> | Error)[]) {
  const clock = new FixedClock(Date.parse("2026-11-22T10:00:00Z"));
  const start = clock.now();
  const requests: { readonly at: number; readonly held: string | undefined }[] = [];
  const limits: number[] = [];
  const bridged: unknown[] = [];
  const cache = new CachedSource<string>({
    dependency: "SIGNING_SECRETS",
    times: TIMES,
    clock,
    ask: async (now, held, withinMillis) => {
      limits.push(withinMillis);
      const answer = script[Math.min(requests.length, script.length - 1)];
      requests.push({ at: (now - start) / 1000, held });
      if (answer === undefined || answer instanceof Error) throw answer;
      return answer;
    },
    onBridgedFailure: (cause) => void bridged.push(cause),
  });
  return { cache, clock, requests, limits, bridged };
}

const complete = (value: string) => ({ kind: "complete", value }) as const;
const outcomeOf = (call: Promise<string>) =>
  call.catch((error: unknown) => (error instanceof DependencyUnavailableError ? error.cause : Promise.reject(error)));

describe("CachedSource", () => {
  it.each([
    { seconds: 99, value: "one" },
    { seconds: 100, value: "two" },
    { seconds: -1, value: "two" },
  ])("gives $value $seconds s after the first value", async ({ seconds, value }) => {
    const { cache, clock } = cacheOver(complete("one"), complete("two"));
    await cache.read();

    clock.advance(seconds);

    expect(await cache.read()).toBe(value);
  });

  it("asks the source with the remembered value", async () => {
    const { cache, requests } = cacheOver(complete("one"));

    await cache.read();
    await cache.reread();

    expect(requests).toEqual([
      { at: 0, held: undefined },
      { at: 0, held: "one" },
    ]);
  });

  it("fault:16 shares one request among concurrent reads and rereads, and asks again after it", async () => {
    const clock = new FixedClock(1_800_000_000_000);
    const answers = [deferred<SourceResponse<string>>(), deferred<SourceResponse<string>>()];
    let asked = 0;
    const cache = new CachedSource<string>({
      dependency: "SIGNING_SECRETS",
      times: TIMES,
      clock,
      ask: () => answers[asked++]?.promise ?? Promise.reject(DOWN),
      onBridgedFailure: () => {},
    });

    const calls = [cache.read(), cache.reread(), cache.read(), cache.reread()];
    answers[0]?.resolve(complete("one"));
    const first = await Promise.all(calls);
    clock.advance(100);
    answers[1]?.resolve(complete("two"));

    expect([...first, await cache.read(), asked]).toEqual(["one", "one", "one", "one", "two", 2]);
  });

  it("attack:N2 asks at most once in 5 s for any number of rereads", async () => {
    const { cache, clock, requests } = cacheOver(complete("one"));

    for (let second = 0; second < 20; second += 1) {
      await Promise.all(Array.from({ length: 50 }, () => cache.reread()));
      clock.advance(1);
    }

    expect(requests.map(({ at }) => at)).toEqual([0, 5, 10, 15]);
  });

  it("pauses longer after each failure, repeats the last pause, and starts with a short one again after a success", async () => {
    const { cache, clock, requests } = cacheOver(...Array(5).fill(DOWN), complete("one"), DOWN);

    for (let second = 0; second < 43; second += 1) {
      await outcomeOf(cache.reread());
      clock.advance(1);
    }

    expect(requests.map(({ at }) => at)).toEqual([0, 1, 4, 14, 24, 34, 39, 40]);
  });

  it.each([
    { seconds: 999, outcome: "one" },
    { seconds: 1000, outcome: DOWN },
  ])("fault:K1 bridges an outage with a value $seconds s old: $outcome", async ({ seconds, outcome }) => {
    const { cache, clock, bridged } = cacheOver(complete("one"), DOWN);
    await cache.read();

    clock.advance(seconds);

    expect(await outcomeOf(cache.read())).toBe(outcome);
    expect(bridged).toEqual(outcome === "one" ? [DOWN] : []);
  });

  it("fault:K1 throws on a reread that fails, and on rereads in the pause after it, while reads are bridged", async () => {
    const { cache } = cacheOver(complete("one"), DOWN);
    await cache.read();

    const outcomes = [await outcomeOf(cache.reread()), await outcomeOf(cache.reread()), await outcomeOf(cache.read())];

    expect(outcomes).toEqual([DOWN, DOWN, "one"]);
  });

  it("uses a partial value, reports its cause, and throws on a reread", async () => {
    const { cache, bridged } = cacheOver({ kind: "partial", value: "half", cause: DOWN });

    expect([await outcomeOf(cache.read()), await outcomeOf(cache.reread())]).toEqual(["half", DOWN]);
    expect(bridged).toEqual([DOWN]);
  });

  it("fault:K1 drops the value when the source says that there is none, also in an outage after that", async () => {
    const gone = new Error("gone");
    const { cache, clock } = cacheOver(complete("one"), { kind: "none", cause: gone }, DOWN);
    await cache.read();
    const outcomes = [await outcomeOf(cache.reread()), await outcomeOf(cache.read())];

    clock.advance(1);

    expect([...outcomes, await outcomeOf(cache.read())]).toEqual([gone, gone, DOWN]);
  });

  it("gives a primed value without asking again, and counts its age from the request", async () => {
    const { cache, clock, requests } = cacheOver(complete("one"), complete("two"));
    await cache.prime();
    clock.advance(99);
    const before = await cache.read();

    clock.advance(1);

    expect([before, await cache.read(), requests.map(({ at }) => at)]).toEqual(["one", "two", [0, 100]]);
  });

  it("gives a request for priming less time than others", async () => {
    const { cache, limits } = cacheOver(complete("one"));

    await cache.prime();
    await cache.reread();

    expect(limits).toEqual([500, 2000]);
  });

  it.each<readonly [title: string, first: SourceResponse<string> | Error]>([
    ["a failure", DOWN],
    ["a partial response", { kind: "partial", value: "half", cause: DOWN }],
    ["no value", { kind: "none", cause: DOWN }],
  ])("fault:K1 throws if priming gets %s, and the first read asks at once", async (_title, first) => {
    const { cache, requests, bridged } = cacheOver(first, complete("one"));

    const outcomes = [await outcomeOf(cache.prime()), await outcomeOf(cache.read())];

    expect(outcomes).toEqual([DOWN, "one"]);
    expect(requests).toHaveLength(2);
    expect(bridged).toEqual([]);
  });

  it.each([
    ["a value", complete("read"), "read"],
    ["none", { kind: "none", cause: DOWN } as const, DOWN],
  ])("fault:K1 drops a primed value that comes after a read got %s", async (_title, answer, outcome) => {
    const primed = deferred<SourceResponse<string>>();
    const answers = [primed.promise, Promise.resolve(answer)];
    const cache = new CachedSource<string>({
      dependency: "SIGNING_SECRETS",
      times: TIMES,
      clock: new FixedClock(1_800_000_000_000),
      ask: () => answers.shift() ?? Promise.reject(DOWN),
      onBridgedFailure: () => {},
    });
    const priming = cache.prime();
    await outcomeOf(cache.read());

    primed.resolve(complete("primed"));

    expect(await priming).toBe("primed");
    expect(await outcomeOf(cache.read())).toBe(outcome);
  });
});
