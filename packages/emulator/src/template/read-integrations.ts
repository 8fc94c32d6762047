import { MAX_INTEGRATION_TIMEOUT_MS } from "../gateway/quotas.ts";
import { apiParts } from "./api-parts.ts";
import { functionArnIn } from "./integration-uri.ts";
import {
  type MockIntegration,
  type MockResponse,
  readMockIntegration,
  readMockResponses,
} from "./read-mock-integration.ts";
import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

export type Integration = { readonly ref: string } & (LambdaIntegration | MockIntegration);

type LambdaIntegration = {
  readonly kind: "lambda";
  readonly functionName: string;
  readonly qualifier: string | undefined;
  readonly timeoutMillis: number | undefined;
  /** True if API Gateway invokes the function with a role, and so without a permission of the function's. */
  readonly hasRole: boolean;
};

/** The effect of the types that are not emulated. */
const NOT_EMULATED: ReadonlyMap<string, string> = new Map([
  ["AWS", "on AWS a template makes each message into a call of a service"],
  ["HTTP", "on AWS a template makes each message into a request to another server"],
  ["HTTP_PROXY", "on AWS each message becomes a request to another server"],
]);

/** Reads the AWS::ApiGatewayV2::Integration resources of an API. Throws TemplateError on types that are not emulated. */
export function readIntegrations(api: Resource, stack: Stack): readonly Integration[] {
  const responses = readMockResponses(api, stack);
  return apiParts("AWS::ApiGatewayV2::Integration", api, stack).map((integration) => ({
    ref: stack.refOf(integration),
    ...readIntegration(integration, { responses, stack }),
  }));
}

function readIntegration(
  integration: Resource,
  { responses, stack }: { readonly responses: readonly MockResponse[]; readonly stack: Stack },
): LambdaIntegration | MockIntegration {
  const { properties } = integration;
  const type = properties.text("IntegrationType");
  if (type === "MOCK") return readMockIntegration(properties, stack.refOf(integration), responses);
  if (type === "AWS_PROXY") return readLambdaIntegration(properties, stack);
  const effect = NOT_EMULATED.get(type);
  if (effect === undefined) throw properties.problem("IntegrationType", `${type} is not a type of integrations`);
  throw properties.problem("IntegrationType", `${type} is not known to the emulator: ${effect}`);
}

function readLambdaIntegration(properties: Section, stack: Stack): LambdaIntegration {
  return {
    kind: "lambda",
    ...stack.invokedAt(properties, "IntegrationUri", functionArnIn(properties, "IntegrationUri")),
    timeoutMillis: properties.has("TimeoutInMillis")
      ? properties.integer("TimeoutInMillis", 50, MAX_INTEGRATION_TIMEOUT_MS)
      : undefined,
    hasRole: properties.has("CredentialsArn"),
  };
}
