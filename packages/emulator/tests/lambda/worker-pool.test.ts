import { describe, expect, it, onTestFinished } from "vitest";
import { DEFAULT_ACCOUNT } from "../../src/aws-account.ts";
import { Clock } from "../../src/clock/clock.ts";
import { Faults } from "../../src/faults/faults.ts";
import { makeFunctions } from "../../src/lambda/functions.ts";
import type { InvocationResult } from "../../src/lambda/lambda-function.ts";
import { makeWorkerPool } from "../../src/lambda/worker-pool.ts";

const FAULTS = `${import.meta.dirname}/../fixtures/workers/faults/index.js`;

/** Functions of one module in a pool of two threads, which a test invokes one by one. */
function makePool({ maxWorkers = 2, variables = {}, file = FAULTS } = {}) {
  const clock = new Clock({ stopped: true });
  const faults = new Faults({ seed: 1 });
  const errors: string[] = [];
  const started: string[] = [];
  const pool = makeWorkerPool({ clock, onOutput: () => {}, maxWorkers });
  onTestFinished(() => pool.close());
  const names = ["One", "Two", "Three"] as const;
  const hosted = names.map((name) => ({
    ...{ name, timeoutSeconds: 3, memoryMegabytes: 128 },
    ...pool.add({
      name,
      onLoadError: ({ errorType }) => errors.push(`${name} ${errorType}`),
      describe: () => {
        started.push(name);
        return {
          handler: { name: "index.handler", module: "index", exportPath: ["handler"], file },
          ownEndpoint: { port: 1, apiHost: "api.invalid", domains: [] },
          ...{ nodeMajor: 24, memoryMegabytes: 128, variables },
        };
      },
    }),
  }));
  const functions = makeFunctions({
    account: DEFAULT_ACCOUNT,
    functions: hosted,
    scheduler: clock,
    observe: () => {},
    faults,
  });
  const invoke = async (name: (typeof names)[number], event: object) => value(await functions.invoke(name, event));
  const [one] = hosted;
  return { faults, started, clock, pool, invoke, errors, one };
}

function value(result: InvocationResult) {
  return result.kind === "returned" ? JSON.parse(result.json) : result;
}

const count = { do: "count" };

describe("the pool of worker threads", () => {
  it("ends the thread that was idle longest when there is no room for another function", async () => {
    const { invoke } = makePool();
    await invoke("One", count);
    await invoke("Two", count);
    expect(await invoke("Three", count)).toMatchObject({ invocations: 1 });
    expect(await invoke("Two", count)).toMatchObject({ invocations: 2 });
    expect(await invoke("One", count)).toMatchObject({ invocations: 1 });
  });

  it("lets invocations wait for a thread, in their order, while all are busy", async () => {
    const { invoke } = makePool({ maxWorkers: 1 });
    const order: string[] = [];
    const note = (name: string) => () => void order.push(name);
    const first = invoke("One", { do: "hold", millis: 30 }).then(note("first"));
    const second = invoke("Two", count).then(note("second"));
    const third = invoke("One", count).then(note("third"));
    await Promise.all([first, second, third]);
    expect(order).toEqual(["first", "second", "third"]);
  });

  it("starts the time of an invocation when it has its thread", async () => {
    const { invoke, clock } = makePool({ maxWorkers: 1 });
    const looping = invoke("One", { do: "loop" });
    const waiting = invoke("Two", count);
    await expect.poll(() => clock.pending, { timeout: 10_000 }).toBe(1);
    await clock.advance(3_000);
    expect(await looping).toMatchObject({ error: { errorType: "Sandbox.Timedout" } });
    expect(await waiting).toMatchObject({ invocations: 1 });
  });

  it("leaves a thread to its next invocation when the time of a caller who hangs is over", async () => {
    const { invoke, clock, faults } = makePool();
    faults.set([{ kind: "function-hanging", after: true, count: 1 }]);
    const hanging = invoke("One", count);
    // The time of the invocation, and then the five minutes of the idle thread.
    await expect.poll(() => clock.pending, { timeout: 10_000 }).toBe(2);
    await clock.advance(2_000);
    const held = invoke("One", { do: "hold", millis: 300 });
    await clock.advance(1_000);
    expect(await hanging).toMatchObject({ error: { errorType: "Sandbox.Timedout" } });
    expect(await held).toBeNull();
    expect(await invoke("One", count)).toMatchObject({ invocations: 3 });
  });

  it("runs no function that a fault delays beyond its time", async () => {
    const { invoke, clock, faults } = makePool();
    await invoke("One", count);
    faults.set([{ kind: "function-slow", by: "5s", count: 1 }]);
    const slow = invoke("One", count);
    await clock.advance(5_000);
    expect(await slow).toMatchObject({ error: { errorType: "Sandbox.Timedout" } });
    expect(await invoke("One", count)).toMatchObject({ invocations: 2 });
  });

  it("ends the thread of a delayed function that gets it after its time", async () => {
    const { invoke, clock, faults } = makePool({ maxWorkers: 1 });
    faults.set([{ kind: "function-slow", by: "1s", function: "Two" }]);
    const slow = invoke("Two", { do: "loop" });
    await clock.advance(500);
    const first = invoke("One", { do: "hold", millis: 700 });
    await clock.advance(2_500);
    expect(await slow).toMatchObject({ error: { errorType: "Sandbox.Timedout" } });
    expect(await first).toBeNull();
    expect(await invoke("One", count)).toMatchObject({ invocations: 1 });
  });

  it("starts no thread once it is closed", async () => {
    const { invoke, pool, one, started } = makePool();
    await pool.close();
    void invoke("One", count);
    await one?.warmUp();
    expect(started).toEqual([]);
  });

  it("ends a thread after five idle minutes", async () => {
    const { invoke, clock } = makePool();
    await invoke("One", count);
    await clock.advance(5 * 60_000 - 1);
    expect(await invoke("One", count)).toMatchObject({ invocations: 2 });
    await clock.advance(5 * 60_000);
    expect(await invoke("One", count)).toMatchObject({ invocations: 1 });
  });

  it("retires threads: idle ones at once, a busy one after its invocation", async () => {
    const { invoke, one } = makePool();
    await invoke("One", count);
    one?.retire();
    expect(await invoke("One", count)).toMatchObject({ invocations: 1 });
    const held = invoke("One", { do: "hold", millis: 20 });
    one?.retire();
    expect(await held).toBeNull();
    expect(await invoke("One", count)).toMatchObject({ invocations: 1 });
  });

  it("keeps nothing waiting in the scheduler once it is closed", async () => {
    const { invoke, clock, pool } = makePool();
    await invoke("One", count);
    expect(clock.pending).toBe(1);
    await pool.close();
    expect(clock.pending).toBe(0);
  });

  it("names a function that does not load once, until it is retired", async () => {
    const { invoke, errors, one } = makePool({ file: "/none.js" });
    for (const _ of [1, 2]) expect(await invoke("One", count)).toMatchObject({ kind: "failed" });
    expect(errors).toHaveLength(1);
    one?.retire();
    await invoke("One", count);
    expect(errors).toHaveLength(2);
  });

  it("fails the invocations of a function whose NODE_OPTIONS do not start", async () => {
    const { invoke, errors } = makePool({ variables: { NODE_OPTIONS: "--require ./none.cjs" } });
    expect(await invoke("One", count)).toMatchObject({ kind: "failed" });
    expect(errors).toHaveLength(1);
  });
});
