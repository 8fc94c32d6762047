import type { PostOutcome } from "../../domain/notification/post-outcome.ts";
import type { HttpAnswer } from "./post-over-http.ts";

/** What an answer of the management API says of the connection (API reference, PostToConnection, Errors). */
export function outcomeOf({ status, body }: HttpAnswer): PostOutcome {
  if (status === 200) return "delivered";
  if (status === 410) return "gone";
  if (status === 429) return "throttled";
  if (status === 413) return "too-large";
  // An id that the gateway cannot decode never was a connection. Any other 400 is our mistake, and not the record's.
  if (status === 400 && body.includes("Invalid connectionId")) return "gone";
  if (status >= 500 || status === 408) return "failed";
  return "refused";
}
