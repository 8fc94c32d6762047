import type { RotationRules } from "./secret-description.ts";

const HOUR_MILLIS = 3_600_000;
const DAY_MILLIS = 24 * HOUR_MILLIS;
const RATE = /^rate\((\d{1,4}) (hour|hours|day|days)\)$/;
const SHORTEST_MILLIS = 4 * HOUR_MILLIS;

/**
 * The rules of a rotation (user guide, "Schedule expressions in Secrets Manager rotation": rates from four hours to 999
 * days). Returns the problem as a text that follows the name of the property.
 */
export function parseRotationSchedule({
  days,
  scheduleExpression,
}: {
  readonly days: number | undefined;
  readonly scheduleExpression: string | undefined;
}): RotationRules | string {
  if (days !== undefined && scheduleExpression !== undefined) {
    return "may have either AutomaticallyAfterDays or ScheduleExpression";
  }
  if (days !== undefined) return { automaticallyAfterDays: days, everyMillis: days * DAY_MILLIS };
  if (scheduleExpression === undefined) return {};
  if (scheduleExpression.startsWith("cron(")) {
    return "has a cron expression, and the emulator runs only rates, such as rate(30 days)";
  }
  const [, digits = "", unit = ""] = RATE.exec(scheduleExpression) ?? [];
  const everyMillis = Number(digits) * (unit.startsWith("day") ? DAY_MILLIS : HOUR_MILLIS);
  if (everyMillis < SHORTEST_MILLIS || everyMillis > 999 * DAY_MILLIS) {
    return "has no rate that Secrets Manager takes, such as rate(4 hours) or rate(30 days)";
  }
  return { scheduleExpression, everyMillis };
}
