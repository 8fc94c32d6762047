import { expect, it } from "vitest";
import { parseClockOptions } from "../../src/clock/clock-options.ts";

const NOW = Date.UTC(2026, 10, 27);

it.each([
  ["stopped", { stopped: true }],
  ["+2h", { startAt: NOW + 7_200_000, stopped: false }],
  ["+0s,stopped", { startAt: NOW, stopped: true }],
  ["2026-12-24T18:00:00Z", { startAt: Date.UTC(2026, 11, 24, 18), stopped: false }],
  ["2026-12-24T18:00+01:00,stopped", { startAt: Date.UTC(2026, 11, 24, 17), stopped: true }],
])("reads %s", (text, options) => {
  expect(parseClockOptions(text, NOW)).toEqual(options);
});

it.each([
  "",
  "now",
  "2h",
  "+soon",
  "2026-12-24",
  "2026-12-24T18:00",
  "1969-12-31T23:59Z",
  "stopped,stopped",
  "+1h,+1h",
  "+1h,x",
])("refuses %j", (text) => {
  expect(parseClockOptions(text, NOW)).toBeUndefined();
});
