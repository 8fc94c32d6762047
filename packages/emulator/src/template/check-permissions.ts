import type { ApiDescription } from "../gateway/api-description.ts";
import { apiParts, findApi } from "./api-parts.ts";
import type { Stack } from "./stack.ts";
import type { TemplateLocation } from "./template-error.ts";

/** A line for each function of the API that API Gateway may not invoke: without it, a 500 would have no explanation. */
export function checkPermissions({ routes }: ApiDescription, stack: Stack): readonly string[] {
  return routes.flatMap(({ routeKey, functionName, permittedStages, authorizer }) => {
    const { file, line } = locationOf(routeKey, stack);
    const denied = (name: string) =>
      `${file}:${line}: no AWS::Lambda::Permission lets API Gateway invoke ${name} for ${routeKey}: ${EFFECT}`;
    return [
      ...(authorizer?.permittedStages === undefined ? [] : [denied(authorizer.functionName)]),
      ...(permittedStages === undefined ? [] : [denied(functionName) + onStages(permittedStages)]),
    ];
  });
}

const EFFECT = "as on AWS, it is not invoked, and clients see an internal server error";

function onStages(permitted: readonly string[]): string {
  return permitted.length === 0 ? "" : ` (except on ${permitted.join(", ")})`;
}

function locationOf(routeKey: string, stack: Stack): TemplateLocation {
  const api = findApi(stack);
  const routes = apiParts("AWS::ApiGatewayV2::Route", api, stack);
  const resource = routes.find(({ properties }) => properties.isText("RouteKey", routeKey));
  return resource?.section.at ?? api.properties.section("Routes").locationOf(routeKey);
}
