import type { ApiDescription, CustomDomain, Stage } from "../gateway/api-description.ts";
import { findApi } from "./api-parts.ts";
import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

/** Reads the names of the API beside its default endpoint: from its own Domain, and from mappings. */
export function readDomains(
  api: Resource,
  stages: readonly [Stage, ...(readonly Stage[])],
  stack: Stack,
): readonly CustomDomain[] {
  const own = api.properties.section("Domain");
  const mappings = stack.resources
    .ofType("AWS::ApiGatewayV2::ApiMapping")
    .filter(({ properties }) => properties.text("ApiId") === stack.refOf(api));
  return [
    ...(api.properties.isGiven("Domain") ? readOwnDomain(own, stages[0]) : []),
    ...mappings.map(({ properties }) => readMapping(properties, stages)),
  ];
}

function readOwnDomain(domain: Section, { name: stage }: Stage): readonly CustomDomain[] {
  const name = domain.text("DomainName");
  const paths = domain.texts("BasePath");
  return (paths.length === 0 ? [""] : paths).map((path) => ({ name, path: `/${path.replace(/^\//, "")}`, stage }));
}

function readMapping(mapping: Section, stages: readonly Stage[]): CustomDomain {
  const stage = mapping.text("Stage");
  if (!stages.some(({ name }) => name === stage)) throw mapping.problem("Stage", "is not a stage of the API");
  return { name: mapping.text("DomainName"), path: `/${mapping.text("ApiMappingKey", "")}`, stage };
}

/** What a developer must know before the first handshake, which gets 403. */
export function warnOfDisabledEndpoint(
  stack: Stack,
  { domains = [], isDefaultEndpointDisabled = false }: ApiDescription,
): readonly string[] {
  if (!isDefaultEndpointDisabled) return [];
  const api = findApi(stack);
  const property = "DisableExecuteApiEndpoint";
  const { file, line } = api.properties.locationOf(property);
  const [domain] = domains;
  const remedy =
    domain === undefined
      ? "and the template gives the API no other name"
      : `clients connect to ${domain.name}, a name for 127.0.0.1 in your hosts file, or send it as Host`;
  return [
    `${file}:${line}: ${api.properties.pathOf(property)} refuses handshakes at 127.0.0.1, as at the default endpoint: ${remedy}`,
  ];
}
