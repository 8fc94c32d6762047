import type { MockAnswer } from "../gateway/api-description.ts";
import { isPlainObject, parseJson } from "../json.ts";
import { apiParts } from "./api-parts.ts";
import { chooseTemplate } from "./choose-template.ts";
import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

/** An integration whose every message has the same result. */
export type MockIntegration = {
  readonly kind: "mock";
  /** The text of the integration response. Undefined if none is there for the status. */
  readonly text: string | undefined;
};

/**
 * Reads a MOCK integration with constant templates. Throws TemplateError on templates whose text differs from message to
 * message.
 */
export function readMockIntegration(
  properties: Section,
  ref: string,
  responses: readonly MockResponse[],
): MockIntegration {
  if (properties.isGiven("ContentHandlingStrategy")) {
    throw properties.problem(
      "ContentHandlingStrategy",
      "is not known to the emulator: payloads are not converted here",
    );
  }
  const status = readStatus(properties);
  const own = responses.filter((response) => response.integration === ref);
  const chosen = own.find(({ pattern }) => pattern?.test(status)) ?? own.find(({ pattern }) => pattern === undefined);
  return { kind: "mock", text: chosen && chooseTemplate(chosen.properties, "ResponseTemplates", status) };
}

/** A route without a route response sends nothing, with or without an integration response. */
export function answerOf({ text }: MockIntegration, hasRouteResponse: boolean): MockAnswer {
  if (!hasRouteResponse || text === "") return { kind: "nothing" };
  return text === undefined ? { kind: "failed" } : { kind: "reply", text };
}

/** The status that the request template gives to the integration. */
function readStatus(properties: Section): string {
  const request = parseJson(chooseTemplate(properties, "RequestTemplates"))?.value;
  const status = isPlainObject(request) ? request["statusCode"] : undefined;
  if (Number.isInteger(status)) return String(status);
  throw properties.problem("RequestTemplates", 'must give a JSON object with a status, such as {"statusCode":200}');
}

/** An integration response. Only MOCK integrations have a use for one. */
export type MockResponse = {
  readonly integration: string;
  /** Undefined for `$default`: the response for all statuses without a pattern. */
  readonly pattern: RegExp | undefined;
  readonly properties: Section;
};

export function readMockResponses(api: Resource, stack: Stack): readonly MockResponse[] {
  const integrations = apiParts("AWS::ApiGatewayV2::Integration", api, stack).map((one) => stack.refOf(one));
  return apiParts("AWS::ApiGatewayV2::IntegrationResponse", api, stack).map(({ properties }) => {
    const integration = properties.text("IntegrationId");
    if (!integrations.includes(integration)) {
      throw properties.problem("IntegrationId", "is not an AWS::ApiGatewayV2::Integration here");
    }
    return { integration, pattern: readPattern(properties), properties };
  });
}

function readPattern(properties: Section): RegExp | undefined {
  const key = properties.text("IntegrationResponseKey");
  if (key === "$default") return undefined;
  const pattern = /^\/(.+)\/$/.exec(key)?.[1];
  try {
    if (pattern !== undefined) return new RegExp(`^(?:${pattern})$`);
  } catch {
    // The text between the slashes is no pattern.
  }
  throw properties.problem("IntegrationResponseKey", "is neither $default nor a pattern such as /200/");
}
