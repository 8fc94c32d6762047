import { vi } from "vitest";
import { LOCAL_SETTINGS } from "./settings.ts";

/** For a test that loads a function as it is deployed: it reads these while it loads. `vi.unstubAllEnvs` ends it. */
export function stubSettings(changed: Readonly<Record<string, string>> = {}): void {
  const settings = { ...LOCAL_SETTINGS, LOG_LEVEL: "ERROR", ...changed };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
}
