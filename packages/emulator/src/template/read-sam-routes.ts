import type { Authorizer, Route } from "../gateway/api-description.ts";
import { MAX_INTEGRATION_TIMEOUT_MS } from "../gateway/quotas.ts";
import type { ApiReading } from "./api-reading.ts";
import { routeLogicalId, stageName } from "./generated-resources.ts";
import { permittedStages } from "./permitted-stages.ts";
import { readIdentitySources } from "./read-authorizer.ts";
import { readRequiredParameters } from "./read-required-parameters.ts";
import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

const ROUTE_KEY = /^(\$connect|\$disconnect|\$default|[A-Za-z0-9]+)$/;

/** The keys in the Routes of an AWS::Serverless::WebSocketApi. Throws TemplateError on keys that SAM refuses. */
export function samRouteKeys({ properties }: Resource): readonly string[] {
  const routes = properties.section("Routes");
  const wrong = routes.names.find((routeKey) => !ROUTE_KEY.test(routeKey));
  if (wrong === undefined) return routes.names;
  throw routes.problem(wrong, "is not a route key: letters and digits, or $connect, $disconnect, $default");
}

/** Reads the Routes of an AWS::Serverless::WebSocketApi. */
export function readSamRoutes({ api, stack, stages, withResponse }: ApiReading): readonly Route[] {
  const routes = api.properties.section("Routes");
  const authorizer = readAuthorizer(api.properties, stack);
  if (authorizer !== undefined && !routes.names.includes("$connect")) {
    throw api.properties.problem("Auth", "needs a $connect route");
  }
  return samRouteKeys(api).map((routeKey): Route => {
    const route = routes.section(routeKey);
    const requiredParameters = readRequiredParameters(route, routeKey);
    const { functionName, qualifier } = stack.invokedAt(route, "FunctionArn");
    return {
      routeKey,
      functionName,
      // The route response decides, with or without RouteResponseSelectionExpression on the route.
      routeResponse: withResponse.has(routeLogicalId(api.logicalId, routeKey)),
      ...(route.has("IntegrationTimeout") && {
        integrationTimeoutMillis: route.integer("IntegrationTimeout", 50, MAX_INTEGRATION_TIMEOUT_MS),
      }),
      ...(routeKey === "$connect" && authorizer !== undefined && { authorizer }),
      ...(requiredParameters.length > 0 && { requiredParameters }),
      ...permittedStages(stack, { functionName, qualifier, routeKey, stages, samsStage: stageName(api) }),
    };
  });
}

/** SAM makes the permission to invoke the authorizer, too. */
function readAuthorizer(properties: Section, stack: Stack): Authorizer | undefined {
  if (!properties.has("Auth")) return undefined;
  const auth = properties.section("Auth");
  const type = auth.text("AuthType");
  if (type === "NONE") return undefined;
  if (type !== "CUSTOM") throw auth.problem("AuthType", `${type} is not known to the emulator`);
  return { functionName: stack.functionAt(auth, "AuthArn"), identitySources: readIdentitySources(auth) };
}
