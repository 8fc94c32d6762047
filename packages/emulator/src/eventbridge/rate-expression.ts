const RATE = /^rate\((\d+)\s+(minute|hour|day)(s?)\)$/;

const UNIT_MILLIS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * The milliseconds of a rate (EventBridge user guide, "Rate expressions": one unit is singular, more are plural).
 * Undefined for any other text.
 */
export function parseRate(expression: string): number | undefined {
  const [, digits = "", unit = "", plural = ""] = RATE.exec(expression) ?? [];
  const value = Number(digits);
  const unitMillis = UNIT_MILLIS[unit];
  if (unitMillis === undefined || value < 1 || value > 1 !== (plural === "s")) return undefined;
  return value * unitMillis;
}
