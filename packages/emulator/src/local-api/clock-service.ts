import type { Clock } from "../clock/clock.ts";
import { parseDuration } from "../clock/duration.ts";
import type { HttpService } from "../http/http-service.ts";
import type { PlainObject } from "../json.ts";
import type { Observe } from "../observer.ts";
import { isoTime, jsonObjectIn, localJson, makeLocalService, RequestError } from "./report.ts";

const EXPECTED =
  'expected {"advance":"2h"} (a duration such as 500ms, 90s or 1h30m), {"stopped":true} or {"stopped":false}';

type Change = { readonly advance?: number; readonly stopped?: boolean };

/** `/_local/clock`: the emulator's time, and `PUT` to move it. The response comes when all that was due has happened. */
export function makeClockService({
  clock,
  observe,
}: {
  readonly clock: Clock;
  readonly observe: Observe;
}): HttpService {
  const report = () => localJson({ now: isoTime(clock.now()), stopped: clock.isStopped });
  return makeLocalService("/_local/clock", report, async (request) => {
    const change = readChange(jsonObjectIn(request));
    if (change.stopped === true) clock.stop();
    if (change.advance !== undefined) {
      await clock.advance(change.advance);
      observe({ kind: "clock-advanced", millis: change.advance });
    }
    if (change.stopped === false) clock.resume();
    return report();
  });
}

function readChange({ advance, stopped, ...rest }: PlainObject): Change {
  const millis = typeof advance === "string" ? parseDuration(advance) : undefined;
  const isAdvance = advance === undefined || millis !== undefined;
  const isStop = stopped === undefined || typeof stopped === "boolean";
  const isEmpty = advance === undefined && stopped === undefined;
  if (!isAdvance || !isStop || isEmpty || Object.keys(rest).length > 0) throw new RequestError(EXPECTED);
  return { ...(millis !== undefined && { advance: millis }), ...(stopped !== undefined && { stopped }) };
}
