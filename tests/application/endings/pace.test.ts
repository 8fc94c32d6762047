import { describe, expect, it } from "vitest";
import { makePace } from "../../../src/application/endings/pace.ts";
import { HandDrivenTime } from "../../fakes/hand-driven-time.ts";

describe("a pace", () => {
  it("spreads requests evenly", async () => {
    const time = new HandDrivenTime(0);
    const pace = makePace(250, { clock: time, timer: time });
    const begun: number[] = [];
    const begin = async () => {
      await pace();
      begun.push(time.now());
    };
    await time.until(Promise.all(Array.from({ length: 6 }, begin)));
    expect(begun).toEqual([0, 4, 8, 12, 16, 20]);
  });

  it("saves nothing up while nothing is requested", async () => {
    const time = new HandDrivenTime(0);
    const pace = makePace(10, { clock: time, timer: time });
    await pace();
    time.advanceTo(60_000);
    await time.until(Promise.all([pace(), pace()]));
    expect(time.now()).toBe(60_100);
  });

  it("waits for nothing after the clock was set back", async () => {
    const time = new HandDrivenTime(3_600_000);
    let offset = 0;
    const pace = makePace(10, { clock: { now: () => (time.now() - offset) as never }, timer: time });
    await pace();
    offset = 3_600_000;
    await time.until(pace());
    expect(time.now()).toBe(3_600_000);
  });
});
