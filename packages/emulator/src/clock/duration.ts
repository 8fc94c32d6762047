const DURATION = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const UNITS = [86_400_000, 3_600_000, 60_000, 1_000, 1];

/** The longest duration: a year. */
export const MAX_DURATION_MILLIS = 366 * 86_400_000;

/** The milliseconds of a text such as `2h`, `1h30m`, `90s` or `250ms`. Undefined for any other text, and above a year. */
export function parseDuration(text: string): number | undefined {
  const parts = DURATION.exec(text)?.slice(1);
  if (parts === undefined || text === "") return undefined;
  const millis = parts.reduce((sum, part, index) => sum + Number(part ?? 0) * (UNITS[index] ?? 0), 0);
  return millis <= MAX_DURATION_MILLIS ? millis : undefined;
}
