import type { InvocationResult } from "../lambda/lambda-function.ts";
import type { FrameSource } from "../observer.ts";
import type { Scheduler } from "../scheduler.ts";
import type { ApiDescription, Route } from "./api-description.ts";
import { messageEvent, newRequest, type Session } from "./events.ts";
import { type InvokeIntegration, parseProxyResponse } from "./integration.ts";
import { MAX_MESSAGE_BYTES } from "./quotas.ts";
import { type GatewayErrorMessage, gatewayErrorFrame } from "./refusal.ts";
import { parseSelectionExpression } from "./selection-expression.ts";

export type OutgoingFrame = { readonly text: string; readonly source: FrameSource };

/** Runs the route that a message selects. Resolves to the frame that the client gets, if any; never throws. */
export type RouteMessage = (session: Session, body: string) => Promise<OutgoingFrame | undefined>;

export function makeRouteMessage(deps: {
  readonly api: ApiDescription;
  readonly invokeIntegration: InvokeIntegration;
  readonly withinQuota: () => boolean;
  readonly scheduler: Scheduler;
}): RouteMessage {
  const select = parseSelectionExpression(deps.api.routeSelectionExpression);
  const routes = new Map(deps.api.routes.map((route) => [route.routeKey, route]));

  /** Keys with a dollar belong to the gateway: a message cannot select `$connect` or `$disconnect` by name. */
  function routeOf(body: string): Route | undefined {
    const selected = select(body);
    const named = selected === undefined || selected.startsWith("$") ? undefined : routes.get(selected);
    return named ?? routes.get("$default");
  }

  return async (session, body) => {
    const request = newRequest(deps.scheduler.now());
    const error = (message: GatewayErrorMessage): OutgoingFrame => {
      return { source: "gateway", text: gatewayErrorFrame(message, session.connectionId, request.id) };
    };
    if (!deps.withinQuota()) return error("Too Many Requests");
    const route = routeOf(body);
    if (route === undefined) return error("Forbidden");
    const event = messageEvent(session, request, { routeKey: route.routeKey, body });
    const result = await deps.invokeIntegration(route, event);
    if (result.kind === "timed-out") return error("Endpoint request timed out");
    const reply = readRouteResponse(result);
    if (reply.kind === "failed") return error("Internal server error");
    if (!route.routeResponse || reply.text === "") return undefined;
    return { source: "route-response", text: reply.text };
  };
}

type RouteResponse = { readonly kind: "failed" } | { readonly kind: "replied"; readonly text: string };

const FAILED: RouteResponse = { kind: "failed" };

/** A reply is the response's body, also beside an error's status. The status and the headers go nowhere. */
function readRouteResponse(result: InvocationResult): RouteResponse {
  const response = result.kind === "returned" ? parseProxyResponse(result.json) : undefined;
  if (response === undefined || response.kind === "malformed") return FAILED;
  const text = response.kind === "nothing" ? "" : (response.body ?? "");
  return Buffer.byteLength(text) > MAX_MESSAGE_BYTES ? FAILED : { kind: "replied", text };
}
