import { describe, expect, it } from "vitest";
import { tryAgain } from "../../scripts/try-again.ts";

/** Throws so many times, then succeeds. */
function failing(times: number) {
  let runs = 0;
  const task = () => {
    runs += 1;
    if (runs <= times) throw new Error(`run ${runs}`);
  };
  return { task, runs: () => runs };
}

describe("tryAgain", () => {
  it.each([
    [0, 1],
    [1, 2],
    [2, 3],
  ])("after %i failures has run the task %i times", (failures, runs) => {
    const task = failing(failures);
    tryAgain(3, task.task);
    expect(task.runs()).toBe(runs);
  });

  it("throws the last error when the times are used up", () => {
    const task = failing(3);
    expect(() => tryAgain(3, task.task)).toThrow("run 3");
    expect(task.runs()).toBe(3);
  });
});
