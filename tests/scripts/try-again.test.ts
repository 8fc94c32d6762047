import { describe, expect, it } from "vitest";
import { tryAgain } from "../../scripts/try-again.ts";

/** Rejects so many times, then succeeds. */
function failing(times: number) {
  const events: string[] = [];
  let runs = 0;
  const task = async () => {
    runs += 1;
    events.push(`run ${runs}`);
    if (runs <= times) throw new Error(`failure ${runs}`);
  };
  return { task, events, pause: async (millis: number) => events.push(`pause ${millis}`) };
}

describe("tryAgain", () => {
  it.each([
    [0, ["run 1"]],
    [1, ["run 1", "pause 10", "run 2"]],
    [2, ["run 1", "pause 10", "run 2", "pause 30", "run 3"]],
  ])("after %i failures has run and paused: %s", async (failures, expected) => {
    const { task, events, pause } = failing(failures);
    await tryAgain([10, 30], task, pause);
    expect(events).toEqual(expected);
  });

  it("rejects with the last error when the pauses are used up", async () => {
    const { task, events, pause } = failing(3);
    await expect(tryAgain([10, 30], task, pause)).rejects.toThrow("failure 3");
    expect(events).toEqual(["run 1", "pause 10", "run 2", "pause 30", "run 3"]);
  });

  it("pauses in fact", async () => {
    const { task } = failing(1);
    const begun = performance.now();
    await tryAgain([50], task);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(45);
  });
});
