import type { ApiDescription, Route, Stage } from "../gateway/api-description.ts";
import { parseIdentitySource } from "../gateway/authorize.ts";
import { MAX_INTEGRATION_TIMEOUT_MS } from "../gateway/quotas.ts";
import { parseSelectionExpression } from "../gateway/selection-expression.ts";
import { routeLogicalId, stageName } from "./physical-names.ts";
import { readDomains } from "./read-domains.ts";
import { readMockRoutes } from "./read-mock-routes.ts";
import { readRequiredParameters } from "./read-required-parameters.ts";
import { readThrottles } from "./read-throttles.ts";
import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";
import { TemplateError } from "./template-error.ts";

/** Reads the one WebSocket API. Throws TemplateError if SAM or CloudFormation would refuse it. */
export function readApi(stack: Stack): ApiDescription {
  const [api, another] = stack.resources.ofType("AWS::Serverless::WebSocketApi");
  if (api === undefined)
    throw new TemplateError(stack.template.locationOf("Resources"), "Resources has no AWS::Serverless::WebSocketApi");
  if (another !== undefined) {
    throw new TemplateError(
      another.section.at,
      `${another.logicalId} is a second WebSocket API; the runtime runs only one`,
    );
  }
  const { properties } = api;
  const { routes, mockRoutes } = readRoutes(api, stack);
  const routeKeys = [...routes, ...mockRoutes].map(({ routeKey }) => routeKey);
  const own = readStage(stageName(api), properties, routeKeys);
  const stages = [own, ...readFurtherStages(api, own, { routeKeys, stack })] as const;
  const domains = readDomains(api, stages, stack);
  return {
    stages,
    ...(domains.length > 0 && { domains }),
    ...(properties.flag("DisableExecuteApiEndpoint") && { isDefaultEndpointDisabled: true }),
    routeSelectionExpression: readSelectionExpression(properties),
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

const ROUTE_KEY = /^(\$connect|\$disconnect|\$default|[A-Za-z0-9]+)$/;

function readRoutes(api: Resource, stack: Stack): Pick<ApiDescription, "routes" | "mockRoutes"> {
  const routes = api.properties.section("Routes");
  const authorizer = readAuthorizer(api.properties, stack);
  if (authorizer !== undefined && !routes.names.includes("$connect")) {
    throw api.properties.problem("Auth", "needs a $connect route");
  }
  const wrong = routes.names.find((routeKey) => !ROUTE_KEY.test(routeKey));
  if (wrong !== undefined) {
    throw routes.problem(wrong, "is not a route key: letters and digits, or $connect, $disconnect, $default");
  }
  const withResponse = readRoutesWithResponse(api, stack);
  const own = routes.names.map((routeKey): Route => {
    const route = routes.section(routeKey);
    const requiredParameters = readRequiredParameters(route, routeKey);
    return {
      routeKey,
      functionName: stack.functionAt(route, "FunctionArn"),
      // The route response decides, with or without RouteResponseSelectionExpression on the route.
      routeResponse: withResponse.has(routeLogicalId(api.logicalId, routeKey)),
      ...(route.has("IntegrationTimeout") && {
        integrationTimeoutMillis: route.integer("IntegrationTimeout", 50, MAX_INTEGRATION_TIMEOUT_MS),
      }),
      ...(routeKey === "$connect" && authorizer !== undefined && { authorizer }),
      ...(requiredParameters.length > 0 && { requiredParameters }),
    };
  });
  return { routes: own, mockRoutes: readMockRoutes(api, withResponse, stack) };
}

/** The routes that have a route response, each by its `Ref`. */
function readRoutesWithResponse(api: Resource, stack: Stack): ReadonlySet<string> {
  const ofApi = api.properties.section("Routes").names.map((routeKey) => routeLogicalId(api.logicalId, routeKey));
  const routes = [...ofApi, ...stack.resources.ofType("AWS::ApiGatewayV2::Route").map((route) => stack.refOf(route))];
  const responses = stack.resources.ofType("AWS::ApiGatewayV2::RouteResponse").map(({ properties }) => {
    const route = properties.text("RouteId");
    if (!routes.includes(route)) throw properties.problem("RouteId", `is not a route of ${api.logicalId}`);
    if (properties.text("RouteResponseKey") === "$default") return route;
    throw properties.problem("RouteResponseKey", "is not $default");
  });
  return new Set(responses);
}

function readAuthorizer(properties: Section, stack: Stack): Route["authorizer"] {
  if (!properties.has("Auth")) return undefined;
  const auth = properties.section("Auth");
  const type = auth.text("AuthType");
  if (type === "NONE") return undefined;
  if (type !== "CUSTOM") throw auth.problem("AuthType", `${type} is not known to the emulator`);
  const identitySources = auth.texts("IdentitySource");
  const unknown = identitySources.find((source) => parseIdentitySource(source) === undefined);
  if (unknown !== undefined) throw auth.problem("IdentitySource", `${unknown} is not known to the emulator`);
  return { functionName: stack.functionAt(auth, "AuthArn"), identitySources };
}

/** The stages beside the one that SAM makes for the API. */
function readFurtherStages(
  api: Resource,
  own: Stage,
  { routeKeys, stack }: { readonly routeKeys: readonly string[]; readonly stack: Stack },
): readonly Stage[] {
  const names = new Set([own.name]);
  return stack.resources.ofType("AWS::ApiGatewayV2::Stage").map(({ properties }) => {
    if (properties.text("ApiId") !== stack.refOf(api)) throw properties.problem("ApiId", `is not ${api.logicalId}`);
    if (!properties.flag("AutoDeploy") && !properties.has("DeploymentId")) {
      throw properties.problem("AutoDeploy", "is missing, and so is DeploymentId: the stage would have no deployment");
    }
    const stage = readStage(properties.text("StageName"), properties, routeKeys);
    if (names.has(stage.name)) throw properties.problem("StageName", "is already another stage's");
    names.add(stage.name);
    return stage;
  });
}

const STAGE_NAME = /^[A-Za-z0-9_-]{1,128}$/;

function readStage(name: string, properties: Section, routeKeys: readonly string[]): Stage {
  if (!STAGE_NAME.test(name)) {
    throw properties.problem("StageName", "must be 1 to 128 letters, digits, hyphens and underscores");
  }
  return {
    name,
    ...(properties.has("StageVariables") && { variables: readVariables(properties.section("StageVariables")) }),
    ...readThrottles(properties, routeKeys),
  };
}

function readVariables(variables: Section): Readonly<Record<string, string>> {
  return Object.fromEntries(variables.names.map((variable) => [variable, variables.text(variable)]));
}
