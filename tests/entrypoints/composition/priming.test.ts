import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import { runBeforeFirstEvent } from "../../../src/entrypoints/composition/priming.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";

const PLANTED = "planted-secret";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the tasks before the first event", () => {
  it("run at once, and are awaited", async () => {
    const order: string[] = [];
    const task = (name: string, millis: number) => async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, millis));
      order.push(`${name} ends`);
    };

    const primed = runBeforeFirstEvent([task("a", 20), task("b", 10)], new RecordingLogger());
    await vi.advanceTimersByTimeAsync(20);
    await primed;

    expect(order).toEqual(["a begins", "b begins", "b ends", "a ends"]);
  });

  it("fault:L1 delay a start by at most 500 ms", async () => {
    const logger = new RecordingLogger();
    let isOver = false;
    void runBeforeFirstEvent([() => new Promise(() => {})], logger).then(() => {
      isOver = true;
    });

    await vi.advanceTimersByTimeAsync(499);
    const before = isOver;
    await vi.advanceTimersByTimeAsync(1);

    expect([before, isOver]).toEqual([false, true]);
    expect(logger.entries).toEqual([{ level: "warn", message: "not primed", errorName: "TimeoutError" }]);
  });

  it("fault:L1 that fail are no failure of the start, and their errors stay out of the log", async () => {
    const logger = new RecordingLogger();
    const failure = new DependencyUnavailableError("SIGNING_SECRETS", { cause: new RangeError(PLANTED) });
    let hasRun = false;

    await runBeforeFirstEvent(
      [
        () => Promise.reject(failure),
        async () => {
          hasRun = true;
        },
      ],
      logger,
    );

    expect(hasRun).toBe(true);
    expect(logger.entries).toEqual([
      { level: "warn", message: "not primed", dependency: "SIGNING_SECRETS", errorName: "RangeError" },
    ]);
  });

  it("fault:L1 that fail after that time leave a second line, which names the cause", async () => {
    const logger = new RecordingLogger();
    const fails = async () => {
      await new Promise((resolve) => setTimeout(resolve, 800));
      throw new DependencyUnavailableError("CONNECTION_STORE", { cause: new RangeError(PLANTED) });
    };

    void runBeforeFirstEvent([fails], logger);
    await vi.advanceTimersByTimeAsync(800);

    expect(logger.entries).toEqual([
      { level: "warn", message: "not primed", errorName: "TimeoutError" },
      { level: "warn", message: "not primed", dependency: "CONNECTION_STORE", errorName: "RangeError" },
    ]);
  });

  it("leave no timer behind", async () => {
    await runBeforeFirstEvent([async () => {}, () => Promise.reject(new Error(PLANTED))], new RecordingLogger());

    expect(vi.getTimerCount()).toBe(0);
  });
});
