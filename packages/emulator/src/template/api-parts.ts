import { isWebSocketApi } from "./physical-names.ts";
import type { Resource } from "./resources.ts";
import type { Stack } from "./stack.ts";
import { TemplateError } from "./template-error.ts";

/** Finds the one WebSocket API, in SAM's form or in CloudFormation's. Throws TemplateError. */
export function findApi(stack: Stack): Resource {
  const [api, another] = stack.resources.all.filter(
    (resource) => isSamApi(resource) || (isV2Api(resource) && isWebSocketApi(resource)),
  );
  if (api === undefined) {
    throw new TemplateError(
      stack.template.locationOf("Resources"),
      "Resources has no WebSocket API: an AWS::Serverless::WebSocketApi, or an AWS::ApiGatewayV2::Api with that protocol",
    );
  }
  if (another === undefined) return api;
  throw new TemplateError(
    another.section.at,
    `${another.logicalId} is a second WebSocket API; the runtime runs only one`,
  );
}

/** True for an API in SAM's form, for which SAM makes the routes, the integrations and a stage. */
export function isSamApi({ type }: Resource): boolean {
  return type === "AWS::Serverless::WebSocketApi";
}

/** The resources of a type that belong to the WebSocket API. Throws TemplateError on those that belong to no API here. */
export function apiParts(type: `AWS::ApiGatewayV2::${string}`, api: Resource, stack: Stack): readonly Resource[] {
  const parts = stack.resources.ofType(type).filter((resource) => !isOfHttpApi(resource, stack));
  const stray = parts.find(({ properties }) => properties.text("ApiId") !== stack.refOf(api));
  if (stray !== undefined) throw stray.properties.problem("ApiId", `is not ${api.logicalId}`);
  return parts;
}

/** True for an HTTP API and for its parts, which have the same types as those of a WebSocket API. */
export function isOfHttpApi(resource: Resource, stack: Stack): boolean {
  if (isV2Api(resource)) return !isWebSocketApi(resource);
  if (!resource.type.startsWith("AWS::ApiGatewayV2::") || !resource.properties.isGiven("ApiId")) return false;
  const apiId = resource.properties.text("ApiId");
  return httpApis(stack).some((api) => stack.refOf(api) === apiId);
}

function httpApis(stack: Stack): readonly Resource[] {
  const own = stack.resources.ofType("AWS::ApiGatewayV2::Api").filter((api) => !isWebSocketApi(api));
  return [...own, ...stack.resources.ofType("AWS::Serverless::HttpApi")];
}

function isV2Api({ type }: Resource): boolean {
  return type === "AWS::ApiGatewayV2::Api";
}
