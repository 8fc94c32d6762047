import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_ACCOUNT } from "../../src/aws-account.ts";
import { startEventing } from "../../src/eventing.ts";
import { Faults } from "../../src/faults/faults.ts";
import { makeFunctionUrls } from "../../src/function-url/function-urls.ts";
import { makeGateway } from "../../src/gateway/gateway.ts";
import { DEFAULT_QUOTAS } from "../../src/gateway/quotas.ts";
import { makeAccess } from "../../src/http/access.ts";
import { makeFunctions } from "../../src/lambda/functions.ts";
import { RESOURCE_TABLES, TYPES_WITHOUT_LOCAL_PART } from "../../src/template/known-properties.ts";
import { ParameterError } from "../../src/template/parameters.ts";
import type { PropertyTable } from "../../src/template/property-table.ts";
import type { StackDescription } from "../../src/template/stack-description.ts";
import { TemplateError } from "../../src/template/template-error.ts";
import { ManualScheduler } from "../support/manual-scheduler.ts";
import { describeTemplate, projectTemplate, replaced } from "../support/project-template.ts";

const template = projectTemplate();

/** The line number of a piece of the template. */
function lineOf(text: string, piece: string): number {
  return text.slice(0, text.indexOf(piece)).split("\n").length;
}

/** The template with one more line after one of its lines, indented as given. */
function withLine(after: string, line: string): string {
  return replaced(template, after, `${after}${line}\n`);
}

const API = "    Type: AWS::Serverless::WebSocketApi\n    Properties:\n";
const SUBSCRIBE = "        subscribe:\n";
const QUEUE = "  EntityUpdatedQueue:\n    Type: AWS::SQS::Queue\n    Properties:\n";
const EVENT_SOURCE = "            Queue: !GetAtt EntityUpdatedQueue.Arn\n";

describe("a property that only AWS implements", () => {
  const named: readonly (readonly [text: string, line: string, meaning: string])[] = [
    [
      withLine(SUBSCRIBE, "          RequestModels: { $default: Model }"),
      "RequestModels",
      "WebsocketApi.Routes.subscribe.RequestModels is not emulated: no message is held to a model here",
    ],
    [
      withLine("    Handler: index.handler\n", "    Layers: [arn:of:a:layer]"),
      "Layers",
      "Globals.Function.Layers is not emulated: layers are not loaded here, only modules in node_modules",
    ],
  ];

  it.each(named)("is named once, with its line and its meaning: %#", (text, line, meaning) => {
    const { warnings } = describeTemplate(text);

    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`infra/template.yaml:${lineOf(text, line)}: ${meaning}`);
  });

  it("is named in one line, however often it occurs", () => {
    const models = "          RequestModels: { $default: Model }\n";
    const text = replaced(
      withLine(SUBSCRIBE, models.trimEnd()),
      "        unsubscribe:\n",
      `        unsubscribe:\n${models}`,
    );

    expect(describeTemplate(text).warnings).toEqual([expect.stringContaining("RequestModels (and 1 more like it)")]);
  });

  it.each([
    [withLine(SUBSCRIBE, "          ApiKeyRequired: true"), "WebsocketApi.Routes.subscribe.ApiKeyRequired"],
    [withLine("    Handler: index.handler\n", "    FileSystemConfigs: []"), "Globals.Function.FileSystemConfigs"],
  ])("is refused if ignoring it would do harm: %#", (text, property) => {
    expect(() => describeTemplate(text)).toThrow(TemplateError);
    expect(() => describeTemplate(text)).toThrow(`${property} is not known to the emulator: `);
  });

  it.each([
    withLine(SUBSCRIBE, "          ApiKeyRequired: false"),
    withLine(QUEUE, "      FifoQueue: false"),
    replaced(template, "      IpAddressType: !Ref IpAddressType\n", "      IpAddressType: dualstack\n"),
    withLine("    Handler: index.handler\n", "    RecursiveLoop: Allow"),
    withLine("    Handler: index.handler\n", "    PermissionsBoundary: !Ref AWS::NoValue"),
    // It is not read here, so it may hold unknown properties.
    withLine(API, "      Description: !ImportValue of-another-stack"),
  ])("is not reported if it makes no difference: %#", (text) => {
    expect(describeTemplate(text).warnings).toEqual([]);
  });
});

describe("an unknown property", () => {
  const cases: readonly (readonly [text: string, path: string])[] = [
    [withLine(API, "      RouteSelectionExpresion: a"), "WebsocketApi.RouteSelectionExpresion"],
    [withLine(SUBSCRIBE, "          FunctionARN: a"), "WebsocketApi.Routes.subscribe.FunctionARN"],
    [withLine("        AuthType: CUSTOM\n", "        IdentitySources: [a]"), "WebsocketApi.Auth.IdentitySources"],
    [
      withLine("      DefaultRouteSettings:\n", "        LogingLevel: INFO"),
      "WebsocketApi.DefaultRouteSettings.LogingLevel",
    ],
    [withLine(QUEUE, "      VisibilityTimeoutSeconds: 1"), "EntityUpdatedQueue.VisibilityTimeoutSeconds"],
    [replaced(template, "maxReceiveCount: 5", "maxReceiveCount: 5, max: 5"), "EntityUpdatedQueue.RedrivePolicy.max"],
    [withLine("    Handler: index.handler\n", "    TimeOut: 5"), "Globals.Function.TimeOut"],
    [withLine(EVENT_SOURCE, "            Batch: 1"), "DeliverPushes.Events.EntityUpdated.Properties.Batch"],
    [withLine("        - Id: EntityUpdatedQueue\n", "          ARN: a"), "EntityUpdatedRule.Targets[0].ARN"],
    [withLine("  EntityUpdatedQueue:\n", "    Conditon: IsProduction"), "EntityUpdatedQueue.Conditon"],
    [replaced(template, "Globals:\n", "Global: {}\nGlobals:\n"), "Global"],
    [withLine("  StageName:\n    Type: String\n", "    AllowedPatern: a"), "Parameters.StageName.AllowedPatern"],
  ];

  it.each(cases)("is refused with its resource and its line: %#", (text, path) => {
    const property = path.split(".").at(-1) ?? "";
    const message = `infra/template.yaml:${lineOf(text, `${property}:`)}: ${path} is not a property that the emulator knows`;

    expect(() => describeTemplate(text)).toThrow(message);
  });
});

describe("emulated properties include", () => {
  it("gw:limit-11 IntegrationTimeout of a route, within API Gateway's limits", () => {
    const timeoutOf = (millis: number) =>
      describeTemplate(withLine(SUBSCRIBE, `          IntegrationTimeout: ${millis}`)).api.routes.find(
        ({ routeKey }) => routeKey === "subscribe",
      )?.integrationTimeoutMillis;

    expect(timeoutOf(50)).toBe(50);
    expect(() => timeoutOf(29_001)).toThrow("IntegrationTimeout must be a whole number from 50 to 29000");
  });

  it("an event source that is switched off", () => {
    const mappings = (text: string) => describeTemplate(text).eventSourceMappings.length;

    expect(mappings(withLine(EVENT_SOURCE, "            Enabled: false"))).toBe(mappings(template) - 1);
  });

  it.each([
    ["DISABLED", 2],
    ["ENABLED", 3],
    ["ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", 3],
  ])("a rule that is %s", (state, rules) => {
    const text = withLine(
      "  EntityUpdatedRule:\n    Type: AWS::Events::Rule\n    Properties:\n",
      `      State: ${state}`,
    );

    expect(describeTemplate(text).rules).toHaveLength(rules);
  });

  it("gw:management-15 gw:template-3 further stages, if they have a deployment", () => {
    const stage = (more: string) =>
      replaced(
        template,
        "Resources:\n",
        `Resources:\n  Blue:\n    Type: AWS::ApiGatewayV2::Stage\n    Properties: { ApiId: !Ref WebsocketApi, StageName: blue${more} }\n`,
      );

    expect(describeTemplate(stage(", AutoDeploy: true")).api.stages).toMatchObject([{ name: "dev" }, { name: "blue" }]);
    expect(() => describeTemplate(stage(""))).toThrow("Blue.AutoDeploy is missing");
    const green = stage(", AutoDeploy: true").replace("StageName: blue", "StageName: dev");
    expect(() => describeTemplate(green)).toThrow("Blue.StageName is already another stage's");
    const other = stage(", AutoDeploy: true").replace("ApiId: !Ref WebsocketApi, S", "ApiId: other, S");
    expect(() => describeTemplate(other)).toThrow("Blue.ApiId is not WebsocketApi");
  });
});

describe("the tables", () => {
  const tables = [...RESOURCE_TABLES].map(([type, table]) => [type, table] as const);

  it("hold no type twice", () => {
    expect(tables.filter(([type]) => TYPES_WITHOUT_LOCAL_PART.has(type))).toEqual([]);
  });

  it.each(tables)("explain in words the effect of each property of %s that is not emulated", (_type, table) => {
    const texts = textsIn(table);

    for (const text of texts) expect(text).toMatch(/^[A-Za-z][^\n]*[^.]$/);
    expect(Object.keys(table).length).toBeGreaterThan(0);
  });
});

function textsIn(table: PropertyTable): readonly string[] {
  return Object.values(table).flatMap((rule) => {
    if (typeof rule === "string") return [];
    if ("members" in rule) return textsIn(rule.members);
    if ("each" in rule) return textsIn(rule.each);
    return ["named" in rule ? rule.named : rule.refused];
  });
}

/** All work of a start with a template, except for the port. */
async function run(stack: StackDescription): Promise<void> {
  const scheduler = new ManualScheduler();
  const handler = () => undefined;
  const functions = makeFunctions({
    account: DEFAULT_ACCOUNT,
    functions: stack.functions.map((fn) => ({ ...fn, handler })),
    scheduler,
    observe: () => {},
    faults: new Faults(),
  });
  const account = DEFAULT_ACCOUNT;
  makeGateway({
    access: makeAccess({ host: "127.0.0.1" }),
    api: stack.api,
    account,
    functions,
    quotas: DEFAULT_QUOTAS,
    scheduler,
    observe: () => {},
    faults: new Faults(),
  });
  makeFunctionUrls(stack.functionUrls, { functions, scheduler });
  await startEventing({
    ...account,
    description: stack,
    scheduler,
    functions,
    observe: () => {},
    faults: new Faults(),
  }).stop();
}

const scheduled = readFileSync("packages/emulator/tests/support/scheduled-template.yaml", "utf8");

it("a template with buses, schedules, function URLs and saved queries has nothing to report", () => {
  const stack = describeTemplate(scheduled);

  expect(stack.warnings).toEqual([]);
  expect(stack.rules).toMatchObject([{ name: "AdminRule", eventBusName: "local-admin" }]);
  expect(stack.schedules).toMatchObject([{ name: "Nightly" }, { name: "AdministerEachMinute" }]);
  expect(stack.functionUrls).toMatchObject([{ id: "Check" }, { id: "Administer", permitted: true }]);
  expect(stack.functions[0]?.environment).toEqual({
    CHECK_URL: "http://127.0.0.1:3001/_functions/Check/",
    BUS_ARN: "arn:aws:events:us-east-1:123456789012:event-bus/local-admin",
    RULE_ARN: "arn:aws:events:us-east-1:123456789012:rule/AdministerEachMinute",
  });
  expect(describeTemplate(scheduled, { CheckEndpoint: "false" }).functionUrls).toMatchObject([{ id: "Administer" }]);
});

it.each([
  ["the project's", template, 60],
  ["one with buses, schedules and function URLs", scheduled, 300],
])(
  "after any change of one line, a template runs or is refused in one line: %s",
  {
    timeout: 60_000,
  },
  async (_which, whole, numRuns) => {
    const lines = whole.split("\n");
    const change = fc.oneof(
      fc.constant((_line: string) => ""),
      fc.constant((line: string) => line.replace(/(\w)(\w+):/, "$2$1:")),
      fc.constant((line: string) => line.replace(/^ {2}/, "")),
      fc
        .constantFrom(
          "[]",
          "{}",
          "-1",
          "a.fifo",
          "$default",
          "!Ref Nothing",
          "!GetAtt A.B",
          "{ a: [b] }",
          "null",
          "''",
          "~",
        )
        .map((value) => (line: string) => line.replace(/: .*$/, `: ${value}`)),
    );
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(lines.length - 1), change, async (at, changed) => {
        const text = lines.with(at, changed(lines[at] ?? "")).join("\n");
        try {
          await run(describeTemplate(text));
        } catch (error) {
          refused += 1;
          expect(error instanceof TemplateError || error instanceof ParameterError, String(error)).toBe(true);
          expect((error as Error).message).not.toContain("\n");
        }
      }),
      { numRuns },
    );
    expect(refused, "some changes do harm").toBeGreaterThan(0);
  },
);
