import { expect, it, onTestFinished } from "vitest";
import { startEmulator } from "../../src/testing.ts";

const START = Date.UTC(2026, 10, 27, 12);

async function running(clock: { readonly stopped?: boolean; readonly startAt?: number } = {}) {
  const emulator = await startEmulator({
    functions: { Now: () => [Date.now(), Date.parse(new Date().toISOString())], Other: () => Date.now() },
    routes: {},
    clock,
  });
  onTestFinished(() => emulator.close());
  return emulator;
}

it("functions see the emulator's time, and all other code the machine's", async () => {
  const emulator = await running({ stopped: true, startAt: START });
  expect(await emulator.invoke("Now")).toEqual([START, START]);
  await emulator.clock.advance(7_200_000);
  expect(await emulator.invoke("Now")).toEqual([START + 7_200_000, START + 7_200_000]);
  expect(Math.abs(Date.now() - START)).toBeGreaterThan(60_000);
});

it("a clock that goes is ahead by what it was advanced", async () => {
  const emulator = await running();
  await emulator.clock.advance(3_600_000);
  const [now] = await emulator.invoke("Now");
  expect(now - Date.now()).toBeGreaterThan(3_500_000);
});

it("clock-wrong: the clock of one function is wrong, and the gateway's is right", async () => {
  const emulator = await running({ stopped: true, startAt: START });
  emulator.faults.set([{ kind: "clock-wrong", by: "-1h", function: "Now" }]);
  expect([await emulator.invoke("Now"), await emulator.invoke("Other")]).toEqual([
    [START - 3_600_000, START - 3_600_000],
    START,
  ]);
  expect(emulator.recording.invocations.map(({ at }) => at)).toEqual([START, START]);
});

it("a clock that stands still is not read beside the machine's: it never tells a millisecond more or less", async () => {
  const told = new Set<number>();
  const Reads = () => {
    const until = performance.now() + 20;
    while (performance.now() < until) told.add(Date.now());
  };
  await using emulator = await startEmulator({
    functions: { Reads },
    routes: {},
    clock: { stopped: true, startAt: START },
  });
  await emulator.invoke("Reads");
  expect([...told]).toEqual([START]);
});
