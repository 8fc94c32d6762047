import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { describeHandWritten } from "../support/hand-written-template.ts";
import { describeTemplate, projectTemplate, replaced } from "../support/project-template.ts";
import { describeSmallTemplate } from "../support/small-template.ts";

const template = projectTemplate();

/** The template with one more property in one of its maps. */
function withProperty(before: string, line: string): string {
  return replaced(template, before, `${before}${line}\n`);
}

const ROUTE = "        subscribe:\n";
const API = "    Type: AWS::Serverless::WebSocketApi\n    Properties:\n";
const FUNCTIONS = "    Handler: index.handler\n";
const QUEUE = "  EntityUpdatedQueue:\n    Type: AWS::SQS::Queue\n    Properties:\n";

/** One test for each row of the document, by the row's id. */
const lines: Readonly<Record<string, () => void>> = {
  "TE-1"() {
    for (const text of [withProperty(QUEUE, "      Tags: []"), withProperty(FUNCTIONS, "    RecursiveLoop: Allow")])
      expect(describeTemplate(text).warnings).toEqual([]);
  },
  "TE-2"() {
    const models = describeTemplate(withProperty(ROUTE, "          RequestModels: { $default: M }")).warnings;
    const layers = describeTemplate(withProperty(FUNCTIONS, "    Layers: []")).warnings;
    expect(models).toEqual([
      expect.stringMatching(/^infra\/template\.yaml:\d+: WebsocketApi\.Routes\.subscribe\.Req.*model/),
    ]);
    expect(layers).toEqual([expect.stringMatching(/^infra\/template\.yaml:\d+: Globals\.Function\.Layers .*layers/)]);
  },
  "TE-3"() {
    const keys = withProperty(ROUTE, "          ApiKeyRequired: true");
    expect(() => describeTemplate(keys)).toThrow(/^infra.*:\d+: WebsocketApi\.Routes\.subscribe\.ApiKeyRequired .*$/);
    const fifo = withProperty(QUEUE, "      FifoQueue: true");
    expect(() => describeTemplate(fifo)).toThrow(/^infra.*:\d+: EntityUpdatedQueue\.FifoQueue .*$/);
  },
  "TE-4"() {
    const text = withProperty(API, "      StageNames: dev");
    expect(() => describeTemplate(text)).toThrow(/^infra.*:\d+: WebsocketApi\.StageNames .*misspelt\?$/);
  },
  "TE-5"() {
    const table =
      "    Type: AWS::DynamoDB::Table\n    DeletionPolicy: Delete\n    UpdateReplacePolicy: Delete\n    Properties:\n";
    expect(describeTemplate(withProperty(table, "      Misspelt: 1")).warnings).toEqual([]);
    const bucket = replaced(template, "Resources:\n", "Resources:\n  Bucket: { Type: AWS::S3::Bucket }\n");
    expect(describeTemplate(bucket).warnings).toEqual([
      expect.stringMatching(/Bucket is ignored.*AWS::S3::Bucket is not emulated$/),
    ]);
  },
  "TE-6"() {
    const python = "Other: { Type: AWS::Serverless::Function, Properties: { Runtime: python3.12, Handler: a.b } }";
    const { functions, warnings } = describeSmallTemplate(python);
    expect([functions.map(({ name }) => name), warnings]).toEqual([
      ["Fn"],
      [expect.stringContaining("Other is left out: its Runtime is python3.12")],
    ]);
    expect(() => describeSmallTemplate(python.replace("Other", "Fn"))).toThrow(
      "Api.Routes.$default.FunctionArn needs Fn, which cannot run",
    );
    const inline =
      "Other: { Type: AWS::Lambda::Function, Properties: { Handler: index.handler, Code: { ZipFile: text } } }";
    expect(describeSmallTemplate(inline).functions[1]).toMatchObject({ inlineCode: "text" });
  },
  "TE-7"() {
    const { schedules } = describeSmallTemplate(
      "Version: { Type: AWS::Lambda::Version, Properties: { FunctionName: !Ref Fn } }",
      "Alias: { Type: AWS::Lambda::Alias, Properties: { FunctionName: !Ref Fn, FunctionVersion: 1, Name: live } }",
      "Rule: { Type: AWS::Events::Rule, Properties: { ScheduleExpression: rate(1 day), Targets: [{ Id: A, Arn: !Ref Alias }, { Id: V, Arn: !Ref Version }] } }",
    );
    expect(schedules).toMatchObject([{ targets: [{ functionName: "Fn" }, { functionName: "Fn" }] }]);
  },
  "TE-8"() {
    const { warnings } = describeSmallTemplate(
      "Fn: { Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: a.b, Events: { Up: { Type: S3 } } } }",
    );
    expect(warnings).toEqual(["small.yaml:3: Fn.Events.Up.Type is not emulated: no S3 event arrives here"]);
  },
  "TE-9"() {
    const rest = "Rest: { Type: AWS::Serverless::Api, Properties: { StageName: dev } }";
    const http = "Http: { Type: AWS::ApiGatewayV2::Api, Properties: { ProtocolType: HTTP } }";
    expect(describeSmallTemplate(rest, http).warnings).toEqual([
      "small.yaml:4: Rest is ignored, because AWS::Serverless::Api is not emulated",
      "small.yaml:5: Http is ignored, because HTTP APIs are not emulated",
    ]);
    const second = http.replace("HTTP", "WEBSOCKET");
    expect(() => describeSmallTemplate(second)).toThrow("Http is a second WebSocket API; the runtime runs only one");
  },
  "TE-10"() {
    const fn = (code: string, more = "") =>
      `Fn: { Type: AWS::Serverless::Function, Properties: { CodeUri: ${code}, Handler: a.b${more} } }`;
    expect(() => describeSmallTemplate(fn("!ImportValue x"))).toThrow("Fn::ImportValue is not known to the emulator");
    expect(() => describeSmallTemplate(fn(".", ", Description: !ImportValue x"))).not.toThrow();
    const text = replaced(
      template,
      "  StageName:\n    Type: String\n",
      "  StageName:\n    Type: AWS::SSM::Parameter::Value<String>\n",
    );
    expect(() => describeTemplate(text)).toThrow("parameter StageName has its value in Parameter Store");
    expect(describeTemplate(text, { StageName: "v1" }).api.stages).toMatchObject([{ name: "v1" }]);
  },
  "TE-11"() {
    const variables = "A: !Join [' ', !GetAZs ''], B: !GetAtt T.StreamArn";
    const { functions } = describeSmallTemplate(
      "T: { Type: AWS::DynamoDB::Table }",
      `Fn: { Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: a.b, Environment: { Variables: { ${variables} } } } }`,
    );
    expect(functions[0]?.environment).toEqual({
      A: "us-east-1a us-east-1b us-east-1c",
      B: "arn:aws:dynamodb:us-east-1:123456789012:table/T/stream/2026-01-01T00:00:00.000",
    });
  },
  "TE-12"() {
    const { warnings } = describeHandWritten({
      MayInvoke: undefined,
      Deployment: (own) => own.replace("[Connect, Send]", "[Connect]"),
    });
    expect(warnings).toEqual([
      expect.stringContaining("Deployment has no DependsOn Send"),
      expect.stringContaining("no AWS::Lambda::Permission lets API Gateway invoke Fn for $connect"),
      expect.stringContaining("no AWS::Lambda::Permission lets API Gateway invoke Fn for send-message"),
    ]);
  },
};

describe("docs/fidelity.md, the template", () => {
  it("has exactly the rows that are tested here", () => {
    const documented = [...readFileSync("packages/emulator/docs/fidelity.md", "utf8").matchAll(/^\| (TE-\d+) /gm)].map(
      ([, id]) => id,
    );
    expect(documented).toEqual(Object.keys(lines));
  });

  it.each(Object.entries(lines))("%s", (_, test) => test());
});
