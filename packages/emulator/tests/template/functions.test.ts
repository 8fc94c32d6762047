// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub has such placeholders.
import { describe, expect, it } from "vitest";
import { describeSmallTemplate } from "../support/small-template.ts";

const sam = (properties: string) => `Fn: { Type: AWS::Serverless::Function, Properties: { ${properties} } }`;
const lambda = (properties: string, id = "Plain", more = "") =>
  `${id}: { Type: AWS::Lambda::Function, Properties: { Handler: index.handler, ${properties} }${more} }`;
const other = (properties: string) => `Other: { Type: AWS::Serverless::Function, Properties: { ${properties} } }`;

const named = (name: string, ...resources: readonly string[]) =>
  describeSmallTemplate(...resources).functions.find((fn) => fn.name === name);

describe("the code of a function", () => {
  it("is in the folder of the template, if SAM's type names no other", () => {
    expect(named("Fn", sam("Handler: app.run, Runtime: nodejs22.x"))).toMatchObject({
      codeUri: ".",
      handler: "app.run",
    });
  });

  it.each(["nodejs14.x", "nodejs20.x", "nodejs26.x"])("runs with the runtime %s", (runtime) => {
    expect(named("Fn", sam(`Handler: a.b, Runtime: ${runtime}`))).toBeDefined();
  });

  it.each([
    ["a path", lambda("Code: src/plain"), { codeUri: "src/plain" }],
    ["a text", lambda("Code: { ZipFile: 'exports.handler = () => 1' }"), { inlineCode: "exports.handler = () => 1" }],
    [
      "an asset of the CDK",
      lambda("Code: { S3Bucket: assets, S3Key: a.zip }", "Plain", ", Metadata: { aws:asset:path: asset.a1 }"),
      { codeUri: "asset.a1" },
    ],
  ])("of CloudFormation's own type is %s", (_what, resource, code) => {
    expect(named("Plain", resource)).toMatchObject({ handler: "index.handler", ...code });
  });

  it("of SAM's type may be a text", () => {
    expect(named("Fn", sam("Handler: index.handler, InlineCode: 'exports.handler = 1'"))).toMatchObject({
      inlineCode: "exports.handler = 1",
    });
  });

  it("of CloudFormation's own type is missing", () => {
    expect(() => describeSmallTemplate(lambda("Runtime: nodejs22.x"))).toThrow("small.yaml:4: Plain.Code has no code");
  });
});

const FOREIGN: readonly (readonly [string, string])[] = [
  ["CodeUri: py, Handler: app.handler, Runtime: python3.12", "its Runtime is python3.12, and only Node.js runs here"],
  ["PackageType: Image, ImageUri: x", "its code is a container image, and only Node.js modules run here"],
  ["ImageUri: x", "its code is a container image"],
  ["CodeUri: s3://bucket/key, Handler: a.b", "its code is in S3, and only code on this machine runs here"],
  ["CodeUri: { Bucket: b, Key: k }, Handler: a.b", "its code is in S3"],
  ["CodeUri: build/app.zip, Handler: a.b", "its code is in an archive, which is not unpacked here"],
];

describe("a function whose code cannot run here", () => {
  it.each(FOREIGN)("is left out and named: %s", (properties, reason) => {
    const { functions, warnings } = describeSmallTemplate(other(properties));

    expect(functions.map(({ name }) => name)).toEqual(["Fn"]);
    expect(warnings).toEqual([expect.stringContaining(`small.yaml:4: Other is left out: ${reason}`)]);
  });

  it.each([
    [
      "a route",
      [sam("CodeUri: py, Handler: a.b, Runtime: python3.12")],
      "Api.Routes.$default.FunctionArn needs Fn, which cannot run: its Runtime is python3.12",
    ],
    [
      "a queue",
      [
        "Queue: { Type: AWS::SQS::Queue }",
        other("Runtime: python3.12, Events: { Q: { Type: SQS, Properties: { Queue: !GetAtt Queue.Arn } } }"),
      ],
      "Other.Events.Q.Type needs Other, which cannot run: its Runtime is python3.12",
    ],
    [
      "a mapping of a queue",
      [
        "Queue: { Type: AWS::SQS::Queue }",
        "Mapping: { Type: AWS::Lambda::EventSourceMapping, Properties: { EventSourceArn: !GetAtt Queue.Arn, FunctionName: !Ref Other } }",
        other("Runtime: python3.12"),
      ],
      "Mapping.FunctionName needs Other, which cannot run: its Runtime is python3.12",
    ],
    [
      "a schedule",
      [other("Runtime: go1.x, Events: { T: { Type: Schedule, Properties: { Schedule: rate(1 minute) } } }")],
      "Other.Events.T.Type needs Other, which cannot run: its Runtime is go1.x",
    ],
    [
      "a URL",
      [other("Runtime: python3.12, FunctionUrlConfig: { AuthType: NONE }")],
      "Other.FunctionUrlConfig needs Other, which cannot run: its Runtime is python3.12",
    ],
  ])("ends the start if %s needs it", (_what, resources, problem) => {
    expect(() => describeSmallTemplate(...resources)).toThrow(problem);
  });
});

describe("an alias or a version is the same function", () => {
  const route = (arn: string) =>
    `Second: { Type: AWS::Events::Rule, Properties: { ScheduleExpression: rate(1 minute), Targets: [{ Id: A, Arn: ${arn} }] } }`;
  const ALIAS =
    "Live: { Type: AWS::Lambda::Alias, Properties: { FunctionName: !Ref Plain, FunctionVersion: !GetAtt V.Version, Name: live } }";
  const VERSION = "V: { Type: AWS::Lambda::Version, Properties: { FunctionName: !Ref Plain } }";
  const published = sam("CodeUri: ., Handler: index.handler, AutoPublishAlias: my-live");

  it.each([
    ["!Ref Live", "Plain", [lambda("Code: src"), ALIAS, VERSION]],
    ["!Ref V", "Plain", [lambda("Code: src"), VERSION]],
    ['!Sub "${Plain.Arn}:live"', "Plain", [lambda("Code: src")]],
    ["!Ref FnAliasmyDlive", "Fn", [published]],
    ["!Ref Fn.Alias", "Fn", [published]],
    ['!Sub "${Fn.Alias}"', "Fn", [published]],
    ["!Ref Fn.Version", "Fn", [published]],
  ])("%s", (arn, functionName, resources) => {
    const { schedules } = describeSmallTemplate(...resources, route(arn));

    expect(schedules).toMatchObject([{ targets: [{ functionName, permitted: false }] }]);
  });

  it("but a permission counts for it alone", () => {
    const rule = route("!Ref Live");
    const permission = (fn: string) =>
      `Permission: { Type: AWS::Lambda::Permission, Properties: { Action: lambda:InvokeFunction, FunctionName: ${fn}, Principal: events.amazonaws.com, SourceArn: !GetAtt Second.Arn } }`;
    const permitted = (fn: string) =>
      describeSmallTemplate(lambda("Code: src"), ALIAS, VERSION, rule, permission(fn)).schedules[0]?.targets[0]
        ?.permitted;

    expect(permitted("!Ref Live")).toBe(true);
    expect(permitted("Plain:live")).toBe(true);
    expect(permitted("!Ref Plain")).toBe(false);
    expect(permitted("!GetAtt Plain.Arn")).toBe(false);
  });
});

describe("AWS::Lambda::EventSourceMapping", () => {
  const QUEUE = "Queue: { Type: AWS::SQS::Queue }";
  const mapping = (properties: string) =>
    `Mapping: { Type: AWS::Lambda::EventSourceMapping, Properties: { ${properties} } }`;
  const OF_QUEUE = "EventSourceArn: !GetAtt Queue.Arn, FunctionName: !GetAtt Fn.Arn";

  it("leads a queue to a function, as SAM's SQS event does", () => {
    const settings = "BatchSize: 5, FunctionResponseTypes: [ReportBatchItemFailures]";
    const { eventSourceMappings, warnings } = describeSmallTemplate(QUEUE, mapping(`${OF_QUEUE}, ${settings}`));

    expect(eventSourceMappings).toEqual([
      { functionName: "Fn", queue: "Queue", batchSize: 5, batchingWindowSeconds: 0, reportBatchItemFailures: true },
    ]);
    expect(warnings).toEqual([]);
  });

  it("does nothing while it is switched off", () => {
    expect(describeSmallTemplate(QUEUE, mapping(`${OF_QUEUE}, Enabled: false`)).eventSourceMappings).toEqual([]);
  });

  it("of a stream is named", () => {
    const table =
      "Table: { Type: AWS::DynamoDB::Table, Properties: { StreamSpecification: { StreamViewType: NEW_IMAGE } } }";
    const stream = mapping("EventSourceArn: !GetAtt Table.StreamArn, FunctionName: !Ref Fn, StartingPosition: LATEST");
    const { eventSourceMappings, warnings } = describeSmallTemplate(table, stream);

    expect(eventSourceMappings).toEqual([]);
    expect(warnings).toEqual(["small.yaml:5: Mapping is ignored, because its source is no queue here"]);
  });

  it.each([
    [`${OF_QUEUE}, FilterCriterias: {}`, "Mapping.FilterCriterias is not a property that the emulator knows"],
    ["EventSourceArn: arn:aws:sqs:us-east-1:1:x, FunctionName: Fn", "Mapping.EventSourceArn is not the ARN of any"],
    ["EventSourceArn: !GetAtt Queue.Arn, FunctionName: None", "Mapping.FunctionName is not the name of any function"],
    ["EventSourceArn: !GetAtt Queue.Arn, FunctionName: a b", "Mapping.FunctionName is not a name or ARN of a function"],
  ])("is refused: %s", (properties, problem) => {
    expect(() => describeSmallTemplate(QUEUE, mapping(properties))).toThrow(problem);
  });
});

describe("events of other services", () => {
  it("are named once for each type, and ignored", () => {
    const events =
      "{ A: { Type: Api, Properties: { Path: /, Method: get } }, B: { Type: Api }, C: { Type: HttpApi }, D: { Type: S3, Properties: { Bucket: !Ref Bucket } } }";
    const { warnings } = describeSmallTemplate(sam(`CodeUri: ., Handler: index.handler, Events: ${events}`));

    expect(warnings).toEqual([
      "small.yaml:3: Fn.Events.A.Type (and 1 more like it) is not emulated: no Api event arrives here",
      "small.yaml:3: Fn.Events.C.Type is not emulated: no HttpApi event arrives here",
      "small.yaml:3: Fn.Events.D.Type is not emulated: no S3 event arrives here",
    ]);
  });
});

describe("names of resources", () => {
  const env = (value: string) =>
    named("Fn", sam(`CodeUri: ., Handler: a.b, Environment: { Variables: { X: ${value} } }`), ...RESOURCES)
      ?.environment["X"];
  const RESOURCES = [
    "Table: { Type: AWS::DynamoDB::Table, Properties: { TableName: chat } }",
    "Simple: { Type: AWS::Serverless::SimpleTable }",
    lambda("Code: src"),
  ];
  const TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table";

  it.each([
    ["!Ref Table", "chat"],
    ["!GetAtt Table.Arn", `${TABLE}/chat`],
    ["!GetAtt Table.StreamArn", `${TABLE}/chat/stream/2026-01-01T00:00:00.000`],
    ["!Ref Simple", "Simple"],
    ["!GetAtt Simple.Arn", `${TABLE}/Simple`],
    ["!GetAtt Plain.Arn", "arn:aws:lambda:us-east-1:123456789012:function:Plain"],
    ["!Ref FnRole", "FnRole"],
    ["!GetAtt FnRole.Arn", "arn:aws:iam::123456789012:role/FnRole"],
    ["!Ref Api", "a1b2c3d4e5"],
    ["!GetAtt Api.ApiEndpoint", "wss://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"],
  ])("%s", (value, name) => {
    expect(env(value)).toBe(name);
  });
});
