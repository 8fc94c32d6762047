import type { FrameSource } from "../observer.ts";
import type { Scheduler } from "../scheduler.ts";
import type { ApiDescription, MockAnswer, MockRoute, Route } from "./api-description.ts";
import { type GatewayRequest, messageEvent, newRequest, type Session } from "./events.ts";
import { type IntegrationResult, type InvokeIntegration, parseProxyResponse } from "./integration.ts";
import { MAX_MESSAGE_BYTES } from "./quotas.ts";
import { type GatewayErrorMessage, gatewayErrorFrame } from "./refusal.ts";
import { parseSelectionExpression } from "./selection-expression.ts";
import type { WithinThrottle } from "./throttles.ts";

export type OutgoingFrame = { readonly text: string; readonly source: FrameSource };

/** Runs the route that a message selects. Resolves to the frame that the client gets, if any; never throws. */
export type RouteMessage = (session: Session, body: string) => Promise<OutgoingFrame | undefined>;

export function makeRouteMessage(deps: {
  readonly api: ApiDescription;
  readonly invokeIntegration: InvokeIntegration;
  readonly withinQuota: () => boolean;
  readonly withinThrottle: WithinThrottle;
  readonly scheduler: Scheduler;
}): RouteMessage {
  const select = parseSelectionExpression(deps.api.routeSelectionExpression);
  const routes = new Map<string, Route | MockRoute>(
    [...deps.api.routes, ...deps.api.mockRoutes].map((route) => [route.routeKey, route]),
  );

  /** Keys with a dollar belong to the gateway: a message cannot select `$connect` or `$disconnect` by name. */
  function routeOf(body: string): Route | MockRoute | undefined {
    const selected = select(body);
    const named = selected === undefined || selected.startsWith("$") ? undefined : routes.get(selected);
    return named ?? routes.get("$default");
  }

  async function invoke(
    route: Route,
    session: Session,
    { request, body }: { readonly request: GatewayRequest; readonly body: string },
  ): Promise<Answer> {
    const event = messageEvent(session, request, { routeKey: route.routeKey, body });
    const result = await deps.invokeIntegration(route, event);
    if (result.kind === "timed-out") return result;
    const answer = readRouteResponse(result);
    return answer.kind === "reply" && !route.routeResponse ? NOTHING : answer;
  }

  return async (session, body) => {
    const request = newRequest(deps.scheduler.now());
    const error = (message: GatewayErrorMessage): OutgoingFrame => {
      return { source: "gateway", text: gatewayErrorFrame(message, session.connectionId, request.id) };
    };
    const route = routeOf(body);
    // The route's throttle comes first: a message that it refuses takes nothing from the account's quota.
    const isWithinThrottle = route === undefined || deps.withinThrottle(session.stage, route.routeKey);
    if (!isWithinThrottle || !deps.withinQuota()) return error("Too Many Requests");
    if (route === undefined) return error("Forbidden");
    const answer = "answer" in route ? route.answer : await invoke(route, session, { request, body });
    switch (answer.kind) {
      case "nothing":
        return undefined;
      case "reply":
        return { source: "route-response", text: answer.text };
      case "failed":
        return error("Internal server error");
      case "timed-out":
        return error("Endpoint request timed out");
    }
  };
}

/** What the gateway does with the result of an integration. */
type Answer = MockAnswer | { readonly kind: "timed-out" };

const NOTHING: Answer = { kind: "nothing" };
const FAILED: Answer = { kind: "failed" };

/** A reply is the response's body, also beside an error's status. The status and the headers go nowhere. */
function readRouteResponse(result: IntegrationResult): Answer {
  const response = result.kind === "returned" ? parseProxyResponse(result.json) : undefined;
  if (response === undefined || response.kind === "malformed") return FAILED;
  const text = response.kind === "nothing" ? "" : (response.body ?? "");
  if (text === "") return NOTHING;
  return Buffer.byteLength(text) > MAX_MESSAGE_BYTES ? FAILED : { kind: "reply", text };
}
