import { describe, expect, it } from "vitest";
import { judgePost, type PostOutcome, type PostVerdict } from "../../../src/domain/notification/post-outcome.ts";
import type { EpochMillis } from "../../../src/domain/time.ts";
import { NOON, recipient } from "../../support/notifications.ts";

const ROWS: readonly (readonly [row: string, PostOutcome, ageMillis: number, PostVerdict])[] = [
  ["handed over", "delivered", 60_000, { kind: "delivered" }],
  ["fault:J1 410", "gone", 60_000, { kind: "gone" }],
  ["fault:J2 410 at once", "gone", 0, { kind: "try-again" }],
  ["fault:J2 410 after 9,999 ms", "gone", 9_999, { kind: "try-again" }],
  ["fault:J2 410 after 10,000 ms", "gone", 10_000, { kind: "gone" }],
  ["fault:J2 410 with our clock behind the gateway's", "gone", -500, { kind: "try-again" }],
  ["fault:J3 429", "throttled", 60_000, { kind: "try-again" }],
  ["fault:J5 403", "refused", 60_000, { kind: "undeliverable", reason: "PUSH_REFUSED" }],
  ["fault:J5 413", "too-large", 60_000, { kind: "undeliverable", reason: "PUSH_TOO_LARGE" }],
  ["fault:J8 5xx, reset", "failed", 60_000, { kind: "try-again" }],
  ["fault:J8 no response in time", "unanswered", 60_000, { kind: "try-later" }],
];

describe("the verdict on a post", () => {
  it.each(ROWS)("%s", (_row, outcome, ageMillis, verdict) => {
    const judged = judgePost(outcome, recipient("c1", { connectedAt: (NOON - ageMillis) as EpochMillis }), NOON);
    expect(judged).toEqual(verdict);
  });
});
