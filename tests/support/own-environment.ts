import { EVERY_SETTING } from "./settings.ts";

/** Further settings of the functions. No test sets them in the environment of its process. */
const SETTINGS = [
  ...["TABLE_NAME", "GSI1_NAME", "SUBSCRIPTION_LIMIT", "CONNECTION_LIMIT", "IDENTITY_CLAIMS", "METRICS_NAMESPACE"],
  ...["TOKEN_LEEWAY_SECONDS", "TOKEN_MAX_LIFETIME_SECONDS", "LOG_LEVEL", "IDENTITY_PROVIDERS"],
  ...["TOKEN_PRESET", "TOKEN_ALGORITHMS", "JWKS_URL", "USER_ID_CLAIM", "FIRST_NAME_CLAIM", "LAST_NAME_CLAIM"],
  ...["PERMISSIONS_CLAIM", "PING_AFTER_SECONDS"],
];

/** Removes a shell's variables for other programs, such as profiles, from this process and its children. */
export function ownEnvironment(): void {
  for (const name of Object.keys(process.env)) {
    const isForeign = /^(?:AWS|PORTCULLIS)_/.test(name) || name in EVERY_SETTING || SETTINGS.includes(name);
    if (isForeign) delete process.env[name];
  }
}
