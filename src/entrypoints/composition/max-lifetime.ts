import type { Settings } from "./settings.ts";

/**
 * The longest life of a token. For that long after a rotation, tokens signed with the previous secret may still arrive.
 */
export function readMaxLifetimeSeconds(settings: Settings): number {
  return settings.wholeNumber("TOKEN_MAX_LIFETIME_SECONDS", { min: 60, max: 604_800, fallback: 86_400 });
}
