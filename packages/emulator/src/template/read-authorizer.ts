import type { Authorizer } from "../gateway/api-description.ts";
import { parseIdentitySource } from "../gateway/authorize.ts";
import { apiParts } from "./api-parts.ts";
import type { ApiReading } from "./api-reading.ts";
import { functionArnIn } from "./integration-uri.ts";
import { mayApiInvoke } from "./read-permissions.ts";
import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";

const ONLY_CONNECT = "is not known to the emulator: API Gateway authorizes on $connect only";

/** Reads the AWS::ApiGatewayV2::Authorizer of a route. Undefined for a route that does not ask one. */
export function readAuthorizer(route: Section, routeKey: string, reading: ApiReading): Authorizer | undefined {
  const type = route.text("AuthorizationType", "NONE");
  if (routeKey !== "$connect") {
    if (type !== "NONE") throw route.problem("AuthorizationType", ONLY_CONNECT);
    if (route.isGiven("AuthorizerId")) throw route.problem("AuthorizerId", ONLY_CONNECT);
  }
  // Without a type, API Gateway does not use the AuthorizerId.
  if (type === "NONE") return undefined;
  if (type === "AWS_IAM") {
    throw route.problem("AuthorizationType", "AWS_IAM is not known to the emulator: no signature is checked here");
  }
  if (type !== "CUSTOM") throw route.problem("AuthorizationType", "must be NONE, CUSTOM or AWS_IAM");
  const id = route.text("AuthorizerId");
  const { api, stack } = reading;
  const authorizer = apiParts("AWS::ApiGatewayV2::Authorizer", api, stack).find((one) => stack.refOf(one) === id);
  if (authorizer === undefined) throw route.problem("AuthorizerId", "is not the Ref of an authorizer here");
  return toAuthorizer(authorizer, reading);
}

function toAuthorizer({ logicalId, properties }: Resource, { stack }: ApiReading): Authorizer {
  const type = properties.text("AuthorizerType");
  if (type !== "REQUEST") {
    throw properties.problem("AuthorizerType", `is ${type}: authorizers of WebSocket APIs have the type REQUEST`);
  }
  const arn = functionArnIn(properties, "AuthorizerUri");
  const { functionName, qualifier } = stack.invokedAt(properties, "AuthorizerUri", arn);
  const { accountId, region, apiId } = stack.account;
  const sourceArn = `arn:aws:execute-api:${region}:${accountId}:${apiId}/authorizers/${logicalId}`;
  const isPermitted =
    properties.has("AuthorizerCredentialsArn") || mayApiInvoke(stack, { functionName, qualifier, sourceArn });
  return {
    functionName,
    identitySources: readIdentitySources(properties),
    ...(!isPermitted && { permittedStages: [] }),
  };
}

export function readIdentitySources(properties: Section): readonly string[] {
  const identitySources = properties.texts("IdentitySource");
  const unknown = identitySources.find((source) => parseIdentitySource(source) === undefined);
  if (unknown !== undefined) throw properties.problem("IdentitySource", `${unknown} is not known to the emulator`);
  return identitySources;
}
