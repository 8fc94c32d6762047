import type { Clock } from "../clock/clock.ts";
import { parseDuration } from "../clock/duration.ts";
import type { HttpService } from "../http/http-service.ts";
import type { PlainObject } from "../json.ts";
import type { Observe } from "../observer.ts";
import { badRequest, jsonBody, jsonResponse, methodNotAllowed } from "./json-body.ts";

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
  return async (request) => {
    if (request.path !== "/_local/clock") return undefined;
    if (request.method === "GET") return jsonResponse(describe(clock));
    if (request.method !== "PUT") return methodNotAllowed("GET, PUT");
    const change = readChange(jsonBody(request) ?? {});
    if (change === undefined) return badRequest(EXPECTED);
    if (change.stopped === true) clock.stop();
    if (change.advance !== undefined) {
      await clock.advance(change.advance);
      observe({ kind: "clock-advanced", millis: change.advance });
    }
    if (change.stopped === false) clock.resume();
    return jsonResponse(describe(clock));
  };
}

function describe(clock: Clock): object {
  return { now: new Date(clock.now()).toISOString(), stopped: clock.isStopped };
}

function readChange({ advance, stopped, ...rest }: PlainObject): Change | undefined {
  if (Object.keys(rest).length > 0 || (advance === undefined && stopped === undefined)) return undefined;
  const millis = typeof advance === "string" ? parseDuration(advance) : undefined;
  if (advance !== undefined && millis === undefined) return undefined;
  if (stopped !== undefined && typeof stopped !== "boolean") return undefined;
  return { ...(millis !== undefined && { advance: millis }), ...(stopped !== undefined && { stopped }) };
}
