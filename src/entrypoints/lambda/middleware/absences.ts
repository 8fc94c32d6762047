import type { ErrorCode } from "@portcullis/protocol";
import type { Absence } from "../../../application/ports/connection-store.ts";

/** The error code that answers a request of a connection that has ended. */
export const ABSENCES = {
  "not-connected": "NOT_CONNECTED",
  "token-expired": "TOKEN_EXPIRED",
  "token-revoked": "TOKEN_REVOKED",
} as const satisfies Record<Absence, ErrorCode>;

/** The error code that answers a request which was not acted upon at all. */
export const NOT_ACTED_UPON = { ...ABSENCES, stale: "STALE" } as const;
