import type { Settings } from "./settings.ts";

/** The most live connections of one user; 0 for no limit. */
export function readConnectionLimit(settings: Settings): number {
  return settings.wholeNumber("CONNECTION_LIMIT", { min: 0, max: 1000, fallback: 50 });
}
