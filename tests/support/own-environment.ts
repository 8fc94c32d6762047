import { EVERY_SETTING } from "./settings.ts";

/** Further settings of the functions, which no test gives them by way of the process. */
const SETTINGS = [
  ...["TABLE_NAME", "GSI1_NAME", "SUBSCRIPTION_LIMIT", "IDENTITY_CLAIMS", "METRICS_NAMESPACE"],
  ...["TOKEN_LEEWAY_SECONDS", "TOKEN_MAX_LIFETIME_SECONDS", "LOG_LEVEL"],
];

/** Takes from this process, and from all that it starts, what a shell holds for other programs: profiles, settings. */
export function ownEnvironment(): void {
  for (const name of Object.keys(process.env)) {
    const isForeign = /^(?:AWS|PORTCULLIS)_/.test(name) || name in EVERY_SETTING || SETTINGS.includes(name);
    if (isForeign) delete process.env[name];
  }
}
