import type { Context } from "aws-lambda";
import type { Clock } from "../../../application/ports/system.ts";
import type { EpochMillis } from "../../../domain/time.ts";

/** The rest of an invocation's time is for requests under way and for what is left over. */
const SHARE_TO_BEGIN_IN = 0.75;

/** The moment after which an invocation begins nothing new. */
export function timeToBegin(context: Context, clock: Clock): EpochMillis {
  return (clock.now() + Math.floor(context.getRemainingTimeInMillis() * SHARE_TO_BEGIN_IN)) as EpochMillis;
}
