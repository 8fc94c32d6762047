import { expect, it } from "vitest";
import { parseRate } from "../../src/eventbridge/rate-expression.ts";

it.each([
  ["rate(1 minute)", 60_000],
  ["rate(5 minutes)", 300_000],
  ["rate(1 hour)", 3_600_000],
  ["rate(12 hours)", 43_200_000],
  ["rate(1 day)", 86_400_000],
  ["rate(30 days)", 2_592_000_000],
])("%s is a rate", (expression, millis) => {
  expect(parseRate(expression)).toBe(millis);
});

it.each([
  ...[
    "rate(1 minutes)",
    "rate(5 minute)",
    "rate(0 minutes)",
    "rate(-1 minutes)",
    "rate(1.5 hours)",
    "rate(30 seconds)",
  ],
  ...["rate(1minute)", "rate( 1 minute)", "Rate(1 minute)", "rate(1 minute) ", "rate(minute)", "1 minute", ""],
  ...["cron(0 12 * * ? *)", "at(2026-01-01T00:00:00)", "rate(1 constructor)"],
])("%s is none", (expression) => {
  expect(parseRate(expression)).toBeUndefined();
});
