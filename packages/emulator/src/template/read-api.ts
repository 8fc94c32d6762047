import type { ApiDescription, Route, Stage } from "../gateway/api-description.ts";
import { parseSelectionExpression } from "../gateway/selection-expression.ts";
import { apiParts, findApi, isSamApi } from "./api-parts.ts";
import type { ApiReading } from "./api-reading.ts";
import { routeLogicalId, stageName } from "./generated-resources.ts";
import { readDomains } from "./read-domains.ts";
import { readRouteResources } from "./read-route-resources.ts";
import { readSamRoutes, samRouteKeys } from "./read-sam-routes.ts";
import { readThrottles } from "./read-throttles.ts";
import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

type DeclaredStage = { readonly name: string; readonly properties: Section };

/** Reads the one WebSocket API. Throws TemplateError if SAM or CloudFormation would refuse it. */
export function readApi(stack: Stack): ApiDescription {
  const api = findApi(stack);
  const [own, ...further] = declaredStages(api, stack);
  if (own === undefined) {
    throw api.section.problem("Properties", "has no AWS::ApiGatewayV2::Stage: clients could not reach the API");
  }
  const { routes, mockRoutes } = readRoutes(
    api,
    [own, ...further].map(({ name }) => name),
    stack,
  );
  const routeKeys = [...routes, ...mockRoutes].map(({ routeKey }) => routeKey);
  const stages = [readStage(own, routeKeys), ...further.map((stage) => readStage(stage, routeKeys))] as const;
  const domains = readDomains(api, stages, stack);
  return {
    stages,
    ...(domains.length > 0 && { domains }),
    ...(api.properties.flag("DisableExecuteApiEndpoint") && { isDefaultEndpointDisabled: true }),
    routeSelectionExpression: readSelectionExpression(api.properties),
    ...{ routes, mockRoutes },
  };
}

function readSelectionExpression(properties: Section): string {
  const expression = properties.text("RouteSelectionExpression");
  try {
    parseSelectionExpression(expression);
  } catch {
    throw properties.problem(
      "RouteSelectionExpression",
      "is not an expression that the emulator knows, such as $request.body.action",
    );
  }
  return expression;
}

function readRoutes(
  api: Resource,
  stages: readonly string[],
  stack: Stack,
): Pick<ApiDescription, "routes" | "mockRoutes"> {
  const reading: ApiReading = { api, stack, stages, withResponse: readRoutesWithResponse(api, stack) };
  const own: readonly Route[] = isSamApi(api) ? readSamRoutes(reading) : [];
  const { routes, mockRoutes } = readRouteResources(reading, new Set(own.map(({ routeKey }) => routeKey)));
  return { routes: [...own, ...routes], mockRoutes };
}

function readRoutesWithResponse(api: Resource, stack: Stack): ReadonlySet<string> {
  const samKeys = isSamApi(api) ? samRouteKeys(api) : [];
  const routes = [
    ...samKeys.map((routeKey) => routeLogicalId(api.logicalId, routeKey)),
    ...apiParts("AWS::ApiGatewayV2::Route", api, stack).map((route) => stack.refOf(route)),
  ];
  const responses = apiParts("AWS::ApiGatewayV2::RouteResponse", api, stack).map(({ properties }) => {
    const route = properties.text("RouteId");
    if (!routes.includes(route)) throw properties.problem("RouteId", `is not a route of ${api.logicalId}`);
    if (properties.text("RouteResponseKey") === "$default") return route;
    throw properties.problem("RouteResponseKey", "is not $default");
  });
  return new Set(responses);
}

const STAGE_NAME = /^[A-Za-z0-9_-]{1,128}$/;

/** The stage that SAM makes for its form of an API, and then the stages that are resources of their own. */
function declaredStages(api: Resource, stack: Stack): readonly DeclaredStage[] {
  const sams = isSamApi(api) ? [{ name: stageName(api), properties: api.properties }] : [];
  const others = apiParts("AWS::ApiGatewayV2::Stage", api, stack).map(({ properties }) => {
    if (!properties.flag("AutoDeploy") && !properties.has("DeploymentId")) {
      throw properties.problem("AutoDeploy", "is missing, and so is DeploymentId: the stage would have no deployment");
    }
    return { name: properties.text("StageName"), properties };
  });
  const names = new Set<string>();
  for (const { name, properties } of [...sams, ...others]) {
    if (!STAGE_NAME.test(name)) {
      throw properties.problem("StageName", "must be 1 to 128 letters, digits, hyphens and underscores");
    }
    if (names.has(name)) throw properties.problem("StageName", "is already another stage's");
    names.add(name);
  }
  return [...sams, ...others];
}

function readStage({ name, properties }: DeclaredStage, routeKeys: readonly string[]): Stage {
  return {
    name,
    ...(properties.has("StageVariables") && { variables: readVariables(properties.section("StageVariables")) }),
    ...readThrottles(properties, routeKeys),
  };
}

function readVariables(variables: Section): Readonly<Record<string, string>> {
  return Object.fromEntries(variables.names.map((variable) => [variable, variables.text(variable)]));
}
