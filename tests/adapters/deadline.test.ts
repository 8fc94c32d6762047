import { describe, expect, it } from "vitest";
import { startDeadline, withinDeadline } from "../../src/adapters/deadline.ts";

const never = () => new Promise<never>(() => {});

describe("a deadline", () => {
  it("passes on the result of a call that is in time", async () => {
    await expect(withinDeadline(1000, async () => "done")).resolves.toBe("done");
    await expect(withinDeadline(1000, () => Promise.reject(new TypeError("own")))).rejects.toThrow("own");
  });

  it("ends a call that ignores the signal", async () => {
    await expect(withinDeadline(5, never)).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it("aborts the signal of the call", async () => {
    let seen: AbortSignal | undefined;
    const call = (signal: AbortSignal) => {
      seen = signal;
      return never();
    };
    await expect(withinDeadline(5, call)).rejects.toThrow();
    expect(seen?.aborted).toBe(true);
  });

  it("is shared by several calls: a call that begins after it rejects at once", async () => {
    const deadline = startDeadline(5);
    await expect(deadline.race(never)).rejects.toMatchObject({ name: "TimeoutError" });
    await expect(deadline.race(never)).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it("leaves no timer behind after its end", async () => {
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
    const before = timers();
    await withinDeadline(60_000, async () => {});
    expect(timers()).toBe(before);
  });
});
