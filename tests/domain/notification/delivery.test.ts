import { describe, expect, it } from "vitest";
import {
  attemptDelaySeconds,
  isTooOld,
  MAX_ATTEMPTS,
  MAX_POSTS,
  pauseCeilingMillis,
} from "../../../src/domain/notification/delivery.ts";
import type { EpochMillis } from "../../../src/domain/time.ts";
import { entityUpdate, NOON } from "../../support/notifications.ts";

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe("the age of a notification", () => {
  it.each([
    ["attack:I9 an hour", 3_600_000, false, false],
    ["attack:I9 an hour and a millisecond", 3_600_001, false, true],
    ["attack:I9 a day, replayed", 86_400_000, true, false],
    ["fault:22 published ahead of our clock", -60_000, false, false],
  ])("%s", (_row, ageMillis, replay, tooOld) => {
    const update = entityUpdate({}, { publishedAt: (NOON - ageMillis) as EpochMillis, replay });
    expect(isTooOld(update, NOON)).toBe(tooOld);
  });
});

describe("the schedule of a delivery", () => {
  it("fault:14 keeps a stuck connection for less than a second in one invocation", () => {
    const pauses = upTo(MAX_POSTS - 1).map((posts) => pauseCeilingMillis(posts + 1));
    expect(pauses).toEqual([100, 200, 400]);
  });

  it("starts at once and then waits longer each time, within what SQS can delay", () => {
    expect(upTo(MAX_ATTEMPTS).map(attemptDelaySeconds)).toEqual([0, 5, 15, 45, 135, 405]);
  });
});
