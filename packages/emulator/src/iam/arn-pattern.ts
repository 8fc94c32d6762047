import { matchesWildcards } from "./wildcards.ts";

/** `arn:partition:service:region:account:resource`, where only the last part may have colons. */
const PARTS = 6;

/**
 * True if an ARN matches a condition's pattern. Each part is compared for itself: a wildcard does not reach over a
 * colon. So a pattern with too few parts matches no ARN.
 */
export function matchesArn(pattern: string, arn: string): boolean {
  const parts = partsOf(pattern);
  const actual = partsOf(arn);
  return parts.length === actual.length && parts.every((part, index) => matchesWildcards(part, actual[index] ?? ""));
}

function partsOf(arn: string): readonly string[] {
  const parts = arn.split(":");
  return parts.length < PARTS ? parts : [...parts.slice(0, PARTS - 1), parts.slice(PARTS - 1).join(":")];
}
