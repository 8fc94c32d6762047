import type { ApiDescription, Authorizer, MockRoute, Route } from "../gateway/api-description.ts";
import { apiParts } from "./api-parts.ts";
import type { ApiReading } from "./api-reading.ts";
import { permittedStages } from "./permitted-stages.ts";
import { readAuthorizer } from "./read-authorizer.ts";
import { type Integration, readIntegrations } from "./read-integrations.ts";
import { answerOf } from "./read-mock-integration.ts";
import { readRequiredParameters } from "./read-required-parameters.ts";
import type { Section } from "./section.ts";

/** Reads the AWS::ApiGatewayV2::Route resources of an API. `taken` are the keys of the routes that SAM makes for it. */
export function readRouteResources(
  reading: ApiReading,
  taken: ReadonlySet<string>,
): Pick<ApiDescription, "routes" | "mockRoutes"> {
  const { api, stack, withResponse } = reading;
  const integrations = readIntegrations(api, stack);
  const keys = new Set(taken);
  const routes: Route[] = [];
  const mockRoutes: MockRoute[] = [];
  for (const resource of apiParts("AWS::ApiGatewayV2::Route", api, stack)) {
    const { properties } = resource;
    const routeKey = readRouteKey(properties);
    if (keys.has(routeKey)) throw properties.problem("RouteKey", "is already another route's");
    keys.add(routeKey);
    const authorizer = readAuthorizer(properties, routeKey, reading);
    const integration = integrationOf(properties, integrations);
    const routeResponse = withResponse.has(stack.refOf(resource));
    if (integration.kind === "lambda") {
      routes.push(toRoute(properties, { routeKey, routeResponse, integration, authorizer }, reading));
    } else {
      checkMockRoute(properties, routeKey);
      mockRoutes.push({ routeKey, answer: answerOf(integration, routeResponse) });
    }
  }
  return { routes, mockRoutes };
}

const GATEWAYS_OWN: ReadonlySet<string> = new Set(["$connect", "$disconnect", "$default"]);
/** API Gateway answers these itself (developer guide, "quotas for WebSocket APIs"). */
const RESERVED: ReadonlySet<string> = new Set(["/ping", "/sping"]);

function readRouteKey(properties: Section): string {
  const routeKey = properties.text("RouteKey");
  if (RESERVED.has(routeKey)) throw properties.problem("RouteKey", "is reserved by API Gateway");
  if (GATEWAYS_OWN.has(routeKey) || (routeKey !== "" && !routeKey.startsWith("$"))) return routeKey;
  throw properties.problem("RouteKey", "begins with $, but is none of $connect, $disconnect and $default");
}

function integrationOf(properties: Section, integrations: readonly Integration[]): Integration {
  const integration = integrations.find(({ ref }) => properties.isText("Target", `integrations/${ref}`));
  if (integration !== undefined) return integration;
  throw properties.problem("Target", "is not integrations/ and the Ref of an AWS::ApiGatewayV2::Integration here");
}

function toRoute(
  properties: Section,
  {
    routeKey,
    routeResponse,
    integration,
    authorizer,
  }: {
    readonly routeKey: string;
    readonly routeResponse: boolean;
    readonly integration: Extract<Integration, { readonly kind: "lambda" }>;
    readonly authorizer: Authorizer | undefined;
  },
  reading: ApiReading,
): Route {
  const { functionName, qualifier, timeoutMillis, hasRole } = integration;
  const requiredParameters = readRequiredParameters(properties, routeKey);
  const { stack, stages } = reading;
  return {
    ...{ routeKey, functionName, routeResponse },
    ...(timeoutMillis !== undefined && { integrationTimeoutMillis: timeoutMillis }),
    ...(authorizer !== undefined && { authorizer }),
    ...(requiredParameters.length > 0 && { requiredParameters }),
    // With a role of the integration's own, API Gateway needs no permission of the function.
    ...(!hasRole && permittedStages(stack, { functionName, qualifier, routeKey, stages })),
  };
}

function checkMockRoute(properties: Section, routeKey: string): void {
  if (routeKey === "$connect" || routeKey === "$disconnect") {
    throw properties.problem("RouteKey", `is ${routeKey} with a MOCK integration, and only messages reach one here`);
  }
  readRequiredParameters(properties, routeKey);
}
