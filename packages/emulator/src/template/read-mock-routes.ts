import type { MockAnswer, MockRoute } from "../gateway/api-description.ts";
import { isPlainObject, parseJson } from "../json.ts";
import { chooseTemplate } from "./choose-template.ts";
import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

/** An integration whose every message has the same result. */
type MockIntegration = {
  readonly ref: string;
  /** The text of the integration response. Undefined if none is there for the status. */
  readonly text: string | undefined;
};

/**
 * Reads the routes beside those of the API. Each has a MOCK integration with constant templates. Throws TemplateError on
 * all other integrations, and on templates whose text differs from message to message.
 */
export function readMockRoutes(api: Resource, withResponse: ReadonlySet<string>, stack: Stack): readonly MockRoute[] {
  const integrations = readIntegrations(api, stack);
  const keys = new Set(api.properties.section("Routes").names);
  return stack.resources.ofType("AWS::ApiGatewayV2::Route").map((route) => {
    const { properties } = route;
    assertOfApi(properties, api, stack);
    const routeKey = readRouteKey(properties);
    if (keys.has(routeKey)) throw properties.problem("RouteKey", "is already another route's");
    keys.add(routeKey);
    const integration = integrations.find(({ ref }) => properties.isText("Target", `integrations/${ref}`));
    if (integration === undefined) {
      throw properties.problem("Target", "is not integrations/ and the Ref of an AWS::ApiGatewayV2::Integration here");
    }
    return { routeKey, answer: answerOf(integration, withResponse.has(stack.refOf(route))) };
  });
}

/** A route without a route response sends nothing, with or without an integration response. */
function answerOf({ text }: MockIntegration, hasRouteResponse: boolean): MockAnswer {
  if (!hasRouteResponse || text === "") return { kind: "nothing" };
  return text === undefined ? { kind: "failed" } : { kind: "reply", text };
}

function readRouteKey(properties: Section): string {
  const routeKey = properties.text("RouteKey");
  if (routeKey === "$default" || /^[A-Za-z0-9]+$/.test(routeKey)) return routeKey;
  throw properties.problem(
    "RouteKey",
    "must be letters and digits, or $default: only messages reach a MOCK integration",
  );
}

function readIntegrations(api: Resource, stack: Stack): readonly MockIntegration[] {
  const responses = readResponses(api, stack);
  return stack.resources.ofType("AWS::ApiGatewayV2::Integration").map((integration) => {
    const { properties } = integration;
    assertOfApi(properties, api, stack);
    if (!properties.isText("IntegrationType", "MOCK")) {
      throw properties.problem("IntegrationType", "is not MOCK: functions are read from the Routes of the API");
    }
    const ref = stack.refOf(integration);
    const status = readStatus(properties);
    const own = responses.filter((response) => response.integration === ref);
    const chosen = own.find(({ pattern }) => pattern?.test(status)) ?? own.find(({ pattern }) => pattern === undefined);
    return { ref, text: chosen && chooseTemplate(chosen.properties, "ResponseTemplates", status) };
  });
}

/** The status that the request template gives to the integration. */
function readStatus(properties: Section): string {
  const request = parseJson(chooseTemplate(properties, "RequestTemplates"))?.value;
  const status = isPlainObject(request) ? request["statusCode"] : undefined;
  if (Number.isInteger(status)) return String(status);
  throw properties.problem("RequestTemplates", 'must give a JSON object with a status, such as {"statusCode":200}');
}

type IntegrationResponse = {
  readonly integration: string;
  /** Undefined for `$default`: the response for all statuses without a pattern. */
  readonly pattern: RegExp | undefined;
  readonly properties: Section;
};

function readResponses(api: Resource, stack: Stack): readonly IntegrationResponse[] {
  const integrations = stack.resources
    .ofType("AWS::ApiGatewayV2::Integration")
    .map((integration) => stack.refOf(integration));
  return stack.resources.ofType("AWS::ApiGatewayV2::IntegrationResponse").map(({ properties }) => {
    assertOfApi(properties, api, stack);
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

function assertOfApi(properties: Section, api: Resource, stack: Stack): void {
  if (properties.text("ApiId") !== stack.refOf(api)) throw properties.problem("ApiId", `is not ${api.logicalId}`);
}
