// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub has such placeholders.
import { readFileSync } from "node:fs";
import { parseTemplate, type TemplateNode } from "@portcullis/emulator/template";
import { describe, expect, it } from "vitest";
import { projectTemplate, TEMPLATE } from "../../packages/emulator/tests/support/project-template.ts";
import { type ExpandedTemplate, expandTemplate, ofType } from "../support/expanded-template.ts";

const page = readFileSync("docs/functions.md", "utf8");

/** Every text and number below a node, except those that the page leaves out. */
function leavesOf(node: TemplateNode): readonly string[] {
  if (node.kind === "scalar") return [String(node.value)];
  if (node.kind === "list") return node.items.flatMap(leavesOf);
  if (node.kind === "map") {
    return [...node.entries].flatMap(([name, inner]) =>
      /^(DashboardBody|Policies)$/.test(name) ? [] : leavesOf(inner),
    );
  }
  return leavesOf(node.argument);
}

describe("docs/functions.md", () => {
  it("has every value of the template, except for those that the page names as left out", () => {
    const { entries } = parseTemplate(TEMPLATE, projectTemplate());
    const leaves = ["Globals", "Resources"].flatMap((section) => leavesOf(entries.get(section) as TemplateNode));
    const said = (leaf: string) => leaf === "AWS::NoValue" || page.includes(leaf.replace(/^\.\.\//, ""));
    const missing = leaves.filter((leaf) => !said(leaf));

    expect(leaves.length).toBeGreaterThan(500);
    expect([...new Set(missing)]).toEqual([]);
  });
});

const expanded = expandTemplate();

describe.skipIf(expanded === undefined)("the part of docs/functions.md on resources that SAM makes of the API", () => {
  const template = expanded as ExpandedTemplate;
  const propertiesOf = (type: string) => ofType(template, type).map(([, { Properties }]) => Properties);

  it("equals the expanded template", () => {
    // The others are resources of the template itself.
    const routes = ofType(template, "AWS::ApiGatewayV2::Route")
      .filter(([name]) => name.startsWith("WebsocketApi"))
      .map(([, { Properties }]) => Properties);
    const keys = routes.map(({ RouteKey }) => RouteKey);
    const sources = propertiesOf("AWS::Lambda::Permission")
      .filter(({ Principal, Action }) => Principal === "apigateway.amazonaws.com" && Action === "lambda:InvokeFunction")
      .map(({ SourceArn }) => String(SourceArn["Fn::Sub"][0]).split("${AWS::AccountId}:")[1]);

    const types = propertiesOf("AWS::ApiGatewayV2::Integration").map(({ IntegrationType }) => IntegrationType);
    expect(types.filter((type) => type !== "MOCK")).toEqual(keys.map(() => "AWS_PROXY"));
    expect(sources.toSorted()).toEqual(
      [
        ...keys.map((key) => `\${WebsocketApi.ApiId}/\${__StageName__}/${key}`),
        "${__ApiId__}/authorizers/*",
      ].toSorted(),
    );
    expect(propertiesOf("AWS::ApiGatewayV2::Authorizer").map(({ AuthorizerType }) => AuthorizerType)).toEqual([
      "REQUEST",
    ]);
    expect(
      routes.filter((route) => route.AuthorizationType).map((route) => [route.RouteKey, route.AuthorizationType]),
    ).toEqual([["$connect", "CUSTOM"]]);
    expect(propertiesOf("AWS::ApiGatewayV2::Stage").map(({ AutoDeploy }) => AutoDeploy)).toEqual([true]);
    for (const said of ["`AWS_PROXY`", "`REQUEST`", "`<api>/authorizers/*`", "`CUSTOM`", "`AutoDeploy`"]) {
      expect(page).toContain(said);
    }
  });
});
