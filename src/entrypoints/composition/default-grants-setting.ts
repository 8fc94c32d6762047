import { DEFAULT_GRANTS_EXPECTED, type DefaultGrants, parseDefaultGrants } from "../../domain/grants/default-grants.ts";
import type { Settings } from "./settings.ts";

/** What every user may do. It has no default: a deployment says it. */
export function readDefaultGrants(settings: Settings): DefaultGrants {
  return settings.parsed("DEFAULT_GRANTS", parseDefaultGrants, DEFAULT_GRANTS_EXPECTED);
}
