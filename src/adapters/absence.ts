import type { Absence } from "../application/ports/connection-store.ts";
import type { EndingCode } from "../domain/connection/ending.ts";

/** The answer to requests of a connection that the service ended, or will end at the next sweep. */
export function absenceAfter(code: EndingCode): Absence {
  if (code === "TOKEN_EXPIRED") return "token-expired";
  return code === "TOKEN_REVOKED" ? "token-revoked" : "not-connected";
}
