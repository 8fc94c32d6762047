import { randomUUID } from "node:crypto";
import type { HttpService } from "../http/http-service.ts";
import type { Functions } from "../lambda/functions.ts";
import type { Scheduler } from "../scheduler.ts";
import { corsHeaders, isPreflight } from "./cors.ts";
import { type FunctionUrl, parseFunctionPath } from "./function-url.ts";
import { urlEvent } from "./url-event.ts";
import { FORBIDDEN, urlResponse, withHeaders } from "./url-response.ts";

/** Gives the service of the function URL to which a path belongs. */
export type FindFunctionUrl = (path: string) => HttpService | undefined;

type Deps = { readonly functions: Functions; readonly scheduler: Scheduler };

/** Makes the function URLs. Throws on a URL of an unknown function. */
export function makeFunctionUrls(urls: readonly FunctionUrl[], deps: Deps): FindFunctionUrl {
  for (const { id, functionName } of urls) {
    if (!deps.functions.has(functionName)) throw new Error(`URL of ${id}: no function is named ${functionName}`);
  }
  const byId = new Map(urls.map((url) => [url.id, url]));
  return (path) => {
    const target = parseFunctionPath(path);
    const url = target && byId.get(target.id);
    return url && makeService(url, target.rawPath, deps);
  };
}

function makeService(url: FunctionUrl, rawPath: string, { functions, scheduler }: Deps): HttpService {
  return async (request) => {
    const cors = url.cors === undefined ? {} : corsHeaders(url.cors, request);
    // Lambda answers these itself, without the function.
    if (url.cors !== undefined && isPreflight(request)) return { status: 200, headers: cors };
    if (!url.permitted) return withHeaders(FORBIDDEN, cors);
    const requestId = randomUUID();
    const event = urlEvent(request, { id: url.id, rawPath, requestId, now: scheduler.now() });
    const response = urlResponse(await functions.invoke(url.functionName, event, requestId));
    return withHeaders(response, { ...cors, "x-amzn-RequestId": requestId });
  };
}
