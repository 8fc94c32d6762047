import { parseTemplate, Stack } from "@portcullis/emulator/template";
import { describe, expect, it } from "vitest";
import {
  describeTemplate,
  localAccount,
  projectTemplate,
  replaced,
  TEMPLATE,
  WITHOUT_DEFAULT,
} from "../../packages/emulator/tests/support/project-template.ts";
import { resolveConditions } from "../../scripts/resolve-conditions.ts";
import { COMBINATIONS } from "../../scripts/template-combinations.ts";
import { parseConnectionsEndpoint } from "../../src/adapters/api-gateway-management/connections-endpoint.ts";
import { type ExpandedTemplate, expandTemplate, ofType } from "../support/expanded-template.ts";

const root = parseTemplate(TEMPLATE, projectTemplate());
const stackWith = (parameters: Readonly<Record<string, string>>) =>
  new Stack(root, parameters, localAccount(), WITHOUT_DEFAULT);

const DOMAIN_TYPES = /^AWS::(ApiGatewayV2::(DomainName|ApiMapping)|CertificateManager|Route53)/;

type Expectation = {
  /** The address without its scheme. */
  readonly address: string;
  readonly made: readonly string[];
};

const API = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/dev";

const EXPECTED: Readonly<Record<keyof typeof COMBINATIONS, Expectation>> = {
  defaults: { address: API, made: [] },
  development: { address: API, made: [] },
  domain: {
    address: "ws.example.com",
    made: ["Certificate", "CustomDomain", "CustomDomainMapping", "CustomDomainAlias"],
  },
  "domain-over-ipv6": {
    address: "ws.example.com",
    made: ["CustomDomain", "CustomDomainMapping", "CustomDomainAlias", "CustomDomainAliasForIPv6"],
  },
  "domain-with-dns-elsewhere": { address: "ws.example.com/push", made: ["CustomDomain", "CustomDomainMapping"] },
  "existing-domain": { address: "ws.example.com/chat", made: ["CustomDomainMapping"] },
};

describe("parameters that belong together", () => {
  it.each(Object.entries(COMBINATIONS))("%s: clients and pushes get the right address", (name, parameters) => {
    const outputs = stackWith(parameters).section("Outputs");
    const { functions } = describeTemplate(projectTemplate(), parameters);
    const endpoints = functions.flatMap(({ environment }) => environment["CONNECTIONS_ENDPOINT"] ?? []);
    const { hostname, basePath } = parseConnectionsEndpoint(endpoints[0] ?? "") ?? {};

    expect(outputs.section("WebsocketUri").text("Value")).toBe(`wss://${EXPECTED[name]?.address}`);
    expect(outputs.section("ConnectCommand").text("Value")).toContain(` wss://${EXPECTED[name]?.address} `);
    expect(endpoints.length).toBe(2);
    expect(new Set(endpoints).size).toBe(1);
    expect(`${hostname}${basePath}`).toBe(EXPECTED[name]?.address);
  });

  it.each(Object.entries(COMBINATIONS))("%s: the missing resources of the domain are made", (name, parameters) => {
    const { resources } = stackWith(parameters);
    const made = resources.all.filter(({ type }) => DOMAIN_TYPES.test(type)).map(({ logicalId }) => logicalId);

    expect(made).toEqual(EXPECTED[name]?.made);
  });

  it("an existing domain is mapped by its name, a new one after it is made", () => {
    const made = "    Type: AWS::ApiGatewayV2::DomainName\n    Condition: MakesDomain\n    Properties:\n";
    const text = replaced(
      projectTemplate(),
      `${made}      DomainName: !Ref DomainName\n`,
      `${made}      DomainName: of-the-resource\n`,
    );
    const renamed = parseTemplate(TEMPLATE, text);
    const mappingOf = (name: string) =>
      new Stack(renamed, COMBINATIONS[name] ?? {}, localAccount(), WITHOUT_DEFAULT).resources.find(
        "CustomDomainMapping",
      );

    expect(mappingOf("existing-domain")?.properties.text("DomainName")).toBe("ws.example.com");
    expect(mappingOf("existing-domain")?.properties.text("ApiMappingKey")).toBe("chat");
    expect(mappingOf("domain")?.properties.text("DomainName")).toBe("of-the-resource");
    expect(mappingOf("domain")?.properties.has("ApiMappingKey")).toBe(false);
  });

  it("a given certificate is used, and an output names the DNS record that its owner has to make", () => {
    const stack = stackWith(COMBINATIONS["domain-with-dns-elsewhere"] ?? {});
    const [configuration] = stack.resources.find("CustomDomain")?.properties.sections("DomainNameConfigurations") ?? [];

    expect(configuration?.text("CertificateArn")).toMatch(/^arn:aws:acm:/);
    expect(stack.section("Outputs").section("CustomDomainTarget").text("Value")).toBe(
      "CustomDomain.RegionalDomainName",
    );
  });

  it("dual stack reaches the API, the domain, and DNS", () => {
    const { resources } = stackWith(COMBINATIONS["domain-over-ipv6"] ?? {});
    const [domain] = resources.find("CustomDomain")?.properties.sections("DomainNameConfigurations") ?? [];
    const records = resources.ofType("AWS::Route53::RecordSet").map(({ properties }) => properties.text("Type"));

    expect(resources.find("WebsocketApi")?.properties.text("IpAddressType")).toBe("dualstack");
    expect(domain?.text("IpAddressType")).toBe("dualstack");
    expect(records).toEqual(["A", "AAAA"]);
  });

  it.each([
    ["a domain without a name", { DeployCustomDomain: "true", HostedZoneId: "Z0123456789ABC" }, "needs DomainName"],
    ["an existing domain without a name", { DeployCustomDomain: "existing" }, "needs DomainName"],
    [
      "a domain without a certificate, nor a zone to validate one in",
      { DeployCustomDomain: "true", DomainName: "ws.example.com" },
      "needs HostedZoneId, or CertificateArn where DNS is held elsewhere",
    ],
    [
      "a zone for an existing domain",
      { ...COMBINATIONS["existing-domain"], HostedZoneId: "Z0123456789ABC" },
      "HostedZoneId must be empty",
    ],
    [
      "a certificate for an existing domain",
      {
        ...COMBINATIONS["existing-domain"],
        CertificateArn: COMBINATIONS["domain-with-dns-elsewhere"]?.["CertificateArn"] ?? "",
      },
      "CertificateArn must be empty",
    ],
  ])("%s is refused in words", (_what, parameters, words) => {
    expect(() => stackWith(parameters)).toThrow(words);
  });
});

const expanded = expandTemplate();

describe.skipIf(expanded === undefined)("the combinations that the template is checked with", () => {
  const conditions = Object.keys((expanded as ExpandedTemplate | undefined)?.Conditions ?? {});
  /** The template with a resource for each condition, which shows the conditions that hold. */
  const probed = {
    ...expanded,
    Resources: {
      ...expanded?.Resources,
      ...Object.fromEntries(conditions.map((name) => [`If${name}`, { Type: "Probe", Condition: name }])),
    },
  };
  const resolved = Object.values(COMBINATIONS).map((parameters) => resolveConditions(probed as never, parameters));
  const resourcesOf = (template: ReturnType<typeof resolveConditions>) => Object.keys(template["Resources"] as object);

  it("have every resource at least once", () => {
    const looked = new Set(resolved.flatMap(resourcesOf));

    expect(Object.keys(probed.Resources).filter((name) => !looked.has(name))).toEqual([]);
  });

  it("have every condition true and false", () => {
    const always = conditions.filter((name) =>
      resolved.every((template) => resourcesOf(template).includes(`If${name}`)),
    );

    expect(conditions.length).toBeGreaterThan(10);
    expect(always).toEqual([]);
  });

  it("have no unresolved condition", () => {
    expect(resolved.filter((template) => /Fn::If|AWS::NoValue|"Condition":"/.test(JSON.stringify(template)))).toEqual(
      [],
    );
  });
});

describe.skipIf(expanded === undefined)("the permissions boundary", () => {
  it("bounds every role, including roles that SAM would make", () => {
    const roles = ofType(expanded as ExpandedTemplate, "AWS::IAM::Role");

    expect(roles.length).toBeGreaterThan(9);
    for (const [name, { Properties }] of roles) {
      expect([name, Properties.PermissionsBoundary]).toEqual([
        name,
        { "Fn::If": ["HasPermissionsBoundary", { Ref: "PermissionsBoundary" }, { Ref: "AWS::NoValue" }] },
      ]);
    }
  });
});
