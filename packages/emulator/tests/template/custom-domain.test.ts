import { describe, expect, it } from "vitest";
import { describeTemplate, projectTemplate, replaced } from "../support/project-template.ts";

const template = projectTemplate();
const PROPERTIES = "    Type: AWS::Serverless::WebSocketApi\n    Properties:\n";

function withDomain(domain: string) {
  return describeTemplate(replaced(template, PROPERTIES, `${PROPERTIES}      Domain: ${domain}\n`));
}

describe("gw:handshake-32 the names of an API are read", () => {
  it.each([
    ["{ DomainName: ws.example.com, CertificateArn: arn }", ["/"]],
    ["{ DomainName: ws.example.com, CertificateArn: arn, BasePath: [/chat, news] }", ["/chat", "/news"]],
    ["{ DomainName: ws.example.com, CertificateArn: arn, BasePath: /, Route53: { HostedZoneId: Z } }", ["/"]],
  ])("from its Domain %s", (domain, paths) => {
    expect(withDomain(domain).api.domains).toEqual(
      paths.map((path) => ({ name: "ws.example.com", path, stage: "dev" })),
    );
  });

  it.each([
    ["true", "", "/"],
    ["existing", "chat", "/chat"],
  ])("from mappings: DeployCustomDomain %s", (DeployCustomDomain, ApiMappingKey, path) => {
    const HostedZoneId = DeployCustomDomain === "true" ? "Z0123456789ABC" : "";
    const given = { DeployCustomDomain, ApiMappingKey, DomainName: "ws.example.com", HostedZoneId };
    const { api, warnings } = describeTemplate(template, given);
    expect(api.domains).toEqual([{ name: "ws.example.com", path, stage: "dev" }]);
    expect(api.isDefaultEndpointDisabled).toBe(true);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^infra\/template\.yaml:\d+: WebsocketApi\.DisableExecuteApiEndpoint refuses handshakes at 127\.0\.0\.1, .* connect to ws\.example\.com, /,
      ),
    ]);
  });

  it("and not those of another API", () => {
    const other =
      "Resources:\n  Other: { Type: AWS::ApiGatewayV2::ApiMapping, Properties: { ApiId: other, DomainName: d, Stage: s } }\n";
    expect(describeTemplate(replaced(template, "Resources:\n", other)).api.domains).toBeUndefined();
  });

  it.each([
    ["a stage that is none", "Stage: prod", "Mapping.Stage is not a stage of the API"],
    ["no domain", "Stage: dev", "Mapping.DomainName is missing"],
    ["a misspelt key", "Stage: dev, MappingKey: a", "Mapping.MappingKey is not a property that the emulator knows"],
  ])("a mapping with %s is refused", (_, properties, message) => {
    const mapping = `Resources:\n  Mapping: { Type: AWS::ApiGatewayV2::ApiMapping, Properties: { ApiId: !Ref WebsocketApi, ${properties} } }\n`;
    expect(() => describeTemplate(replaced(template, "Resources:\n", mapping))).toThrow(message);
  });

  it("a domain with mutual TLS is refused", () => {
    expect(() => withDomain("{ DomainName: d, CertificateArn: a, MutualTlsAuthentication: {} }")).toThrow("mutual TLS");
  });
});

it("gw:handshake-32 an API without any name is started, with a line that no client can connect", () => {
  const text = replaced(template, /DisableExecuteApiEndpoint: .*/, "DisableExecuteApiEndpoint: true");
  expect(describeTemplate(text).warnings).toEqual([
    expect.stringMatching(
      /DisableExecuteApiEndpoint refuses handshakes .*: and the template gives the API no other name$/,
    ),
  ]);
});
