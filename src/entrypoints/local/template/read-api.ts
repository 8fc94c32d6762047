import type { ApiDescription, Route, Stage } from "../gateway/api-description.ts";
import { routeLogicalId, stageName } from "./physical-names.ts";
import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";
import { TemplateError } from "./template-error.ts";

/** The one WebSocket API. Throws TemplateError on what SAM or CloudFormation would refuse. */
export function readApi(stack: Stack): ApiDescription {
  const [api, another] = stack.resources.ofType("AWS::Serverless::WebSocketApi");
  if (api === undefined)
    throw new TemplateError(stack.section("Resources").at, "Resources has no AWS::Serverless::WebSocketApi");
  if (another !== undefined) throw new TemplateError(another.section.at, "a second WebSocket API is not run");
  const { properties } = api;
  return {
    stages: [readStage(stageName(api), properties), ...readFurtherStages(stack)],
    routeSelectionExpression: properties.text("RouteSelectionExpression"),
    routes: readRoutes(api, stack),
  };
}

const ROUTE_KEY = /^(\$connect|\$disconnect|\$default|[A-Za-z0-9]+)$/;

function readRoutes(api: Resource, stack: Stack): readonly Route[] {
  const routes = api.properties.section("Routes");
  const authorizer = readAuthorizer(api.properties, stack);
  if (authorizer !== undefined && !routes.names.includes("$connect")) {
    throw api.properties.problem("Auth", "needs a $connect route");
  }
  const wrong = routes.names.find((routeKey) => !ROUTE_KEY.test(routeKey));
  if (wrong !== undefined) {
    throw routes.problem(wrong, "is no route key: letters and digits, or $connect, $disconnect, $default");
  }
  const answered = new Set(
    stack.resources.ofType("AWS::ApiGatewayV2::RouteResponse").map(({ properties }) => properties.text("RouteId")),
  );
  return routes.names.map((routeKey) => {
    const route = routes.section(routeKey);
    return {
      routeKey,
      functionName: stack.functionAt(route, "FunctionArn"),
      // The response is what counts, with or without RouteResponseSelectionExpression on the route.
      routeResponse: answered.has(routeLogicalId(api.logicalId, routeKey)),
      ...(routeKey === "$connect" && authorizer !== undefined && { authorizer }),
    };
  });
}

function readAuthorizer(properties: Section, stack: Stack): Route["authorizer"] {
  if (!properties.has("Auth")) return undefined;
  const auth = properties.section("Auth");
  const type = auth.text("AuthType");
  if (type === "NONE") return undefined;
  if (type !== "CUSTOM") throw auth.problem("AuthType", `${type} is not known to the local runtime`);
  return { functionName: stack.functionAt(auth, "AuthArn"), identitySources: auth.texts("IdentitySource") };
}

/** Beside the one that SAM makes for the API. */
function readFurtherStages(stack: Stack): readonly Stage[] {
  return stack.resources
    .ofType("AWS::ApiGatewayV2::Stage")
    .map(({ properties }) => readStage(properties.text("StageName"), properties));
}

function readStage(name: string, properties: Section): Stage {
  if (name === "$default") throw properties.problem("StageName", "cannot be $default for a WebSocket API");
  if (!properties.has("StageVariables")) return { name };
  const variables = properties.section("StageVariables");
  return {
    name,
    variables: Object.fromEntries(variables.names.map((variable) => [variable, variables.text(variable)])),
  };
}
