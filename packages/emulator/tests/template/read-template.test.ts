import { describe, expect, it } from "vitest";
import {
  describeTemplate,
  EVERY_FUNCTION,
  localAccount,
  projectTemplate,
  replaced,
  withoutResource,
} from "../support/project-template.ts";

const template = projectTemplate();

describe("the project's template", () => {
  const stack = describeTemplate(template, EVERY_FUNCTION);

  it("declares the API for clients", () => {
    expect(stack.api.stages).toEqual([{ name: "dev", defaultThrottle: { perSecond: 500, burst: 500 } }]);
    expect(stack.api.routeSelectionExpression).toBe("$request.body.action");
    expect(stack.api.routes.map((route) => [route.routeKey, route.functionName, route.routeResponse])).toEqual([
      ["$connect", "Connect", false],
      ["$disconnect", "Disconnect", false],
      ["$default", "Default", true],
      ["subscribe", "Subscribe", true],
      ["unsubscribe", "Unsubscribe", true],
      ["authenticate", "Authenticate", true],
      ["resume", "Resume", true],
    ]);
    expect(stack.api.mockRoutes).toEqual([{ routeKey: "ping", answer: { kind: "reply", text: '{"type":"pong"}' } }]);
  });

  it("has one authorizer, on $connect, which both ways of passing a token reach", () => {
    const authorizers = stack.api.routes.map((route) => [route.routeKey, route.authorizer]);

    expect(authorizers.filter(([, authorizer]) => authorizer !== undefined)).toEqual([
      ["$connect", { functionName: "Authorizer", identitySources: [] }],
    ]);
  });

  it("leads each detail-type through a queue of its own to its function", () => {
    const paths = stack.rules.map((rule) => [
      (rule.eventPattern as { "detail-type": unknown })["detail-type"],
      rule.targets.map((target) =>
        stack.eventSourceMappings
          .filter(({ queue }) => "queue" in target && queue === target.queue)
          .map(({ functionName }) => functionName),
      ),
    ]);

    expect(paths).toEqual([
      [["Entity Updated"], [["DeliverPushes"]]],
      [["Send User Push Notification"], [["DeliverPushes"]]],
      [["Revoke Tokens", "Disconnect User", "Grant Access", "Withdraw Access", { prefix: "" }], [["Administer"]]],
    ]);
  });

  it("gives functions the globals' settings, and their own before those", () => {
    const authorizer = stack.functions.find(({ name }) => name === "Authorizer");
    const notify = stack.functions.find(({ name }) => name === "DeliverPushes");

    expect(authorizer).toMatchObject({
      codeUri: "../dist/authorizer/",
      handler: "index.handler",
      timeoutSeconds: 5,
      memoryMegabytes: 512,
    });
    expect(authorizer?.environment).toMatchObject({ LOG_LEVEL: "INFO", SECRETS: "secrets-manager" });
    expect(notify).toMatchObject({ codeUri: "../dist/deliver-pushes/", timeoutSeconds: 60, memoryMegabytes: 1024 });
  });

  it("has no property that the emulator would have to report", () => {
    expect(stack.warnings).toEqual([]);
  });
});

describe("parameters", () => {
  it("give the stage its name", () => {
    expect(describeTemplate(template, { StageName: "v1" }).api.stages).toMatchObject([{ name: "v1" }]);
  });

  it("that are preferred count if they are declared, and are not required otherwise", () => {
    const preferred = { MintTestTokens: "true", Nonsense: "1" };
    const names = describeTemplate(template, {}, localAccount(), preferred).functions.map(({ name }) => name);

    expect(names).toContain("CreateTestJwt");
  });

  it("decide which resources exist", () => {
    const namesFor = (parameters: Record<string, string>) =>
      describeTemplate(template, parameters).functions.map(({ name }) => name);

    expect(namesFor({ Production: "false" })).not.toContain("CreateTestJwt");
    expect(namesFor({ MintTestTokens: "true", FunctionNamePrefix: "mine-" })).toContain("mine-CreateTestJwt");
    expect(namesFor({ JwtSecret: "only-for-tests-0123456789abcdef0" })).not.toContain("RotateSecret");
  });

  it("name the sources that may push", () => {
    const [rule] = describeTemplate(template, { EventSources: "shop, billing", EventSourcePrefix: "acme." }).rules;

    expect(rule?.eventPattern).toMatchObject({
      $or: [{ source: ["shop", "billing"] }, { source: [{ prefix: "acme." }] }],
    });
  });

  it.each([
    ["that are not declared", { Nonsense: "1" }, "the template has no parameter Nonsense"],
    ["outside the allowed values", { Production: "maybe" }, "parameter Production must be one of true, false"],
    ["that do not match the pattern", { TokenLeewaySeconds: "61" }, "must be a whole number from 0 to 60"],
    ["with one bad item in a list", { EventSources: "shop,aws.s3" }, "parameter EventSources must be sources"],
    ["that do not match a pattern without words", { Bare: "b" }, "parameter Bare must match a+"],
    ["out of bounds", { Count: "61" }, "parameter Count must be a number within its bounds"],
    ["that are not a number", { Count: "" }, "parameter Count must be a number within its bounds"],
    ["too short", { Name: "" }, "parameter Name is too short"],
    ["that break a rule", { DeployCustomDomain: "true" }, "DeployCustomDomain needs DomainName"],
    ["too short for a secret, unsaid", { JwtSecret: "hunter2" }, "parameter JwtSecret must be 32 to 512 characters"],
  ])("are refused %s, without repeating them", (_which, parameters, message) => {
    const more = `
  Bare: { Type: String, AllowedPattern: a+, Default: a }
  Count: { Type: Number, MinValue: 1, MaxValue: 60, Default: 1 }
  Name: { Type: String, MinLength: 1, Default: n }`;
    const read = () => describeTemplate(replaced(template, /(?<=^Parameters:)/m, more), parameters);

    expect(read).toThrow(message);
    expect(read).not.toThrow("hunter2");
  });
});

describe("a template that is broken on AWS is broken here", () => {
  it("a route without a route response sends no response", () => {
    const { api } = describeTemplate(withoutResource(template, "SubscribeRouteResponse"));

    expect(api.routes.filter((route) => route.routeResponse).map((route) => route.routeKey)).toEqual([
      "$default",
      "unsubscribe",
      "authenticate",
      "resume",
    ]);
  });

  it("gw:route-31 a route with a response sends it, with or without the selection expression", () => {
    const text = replaced(template, /(FunctionArn: !GetAtt Default.Arn\n).*RouteResponseSelectionExpression.*\n/, "$1");

    expect(describeTemplate(text).api.routes.find((route) => route.routeKey === "$default")?.routeResponse).toBe(true);
  });

  it("a missing rule delivers nothing", () => {
    const { rules } = describeTemplate(
      withoutResource(withoutResource(template, "UserPushQueuePolicy"), "UserPushRule"),
    );

    expect(rules.map(({ name }) => name)).toEqual(["EntityUpdatedRule", "AdminRule"]);
  });

  it("a rule without the queue's permission delivers nothing, to the queue or to its dead letters", () => {
    const [, rule] = describeTemplate(withoutResource(template, "UserPushQueuePolicy")).rules;

    expect(rule?.targets).toEqual([
      {
        queue: "UserPushQueue",
        permitted: false,
        deadLetterQueue: "UserPushDeadLetters",
        deadLetterQueuePermitted: false,
        retryPolicy: { maximumRetryAttempts: 185, maximumEventAgeSeconds: 86_400 },
      },
    ]);
  });

  it("a policy that is attached to another queue permits nothing", () => {
    const text = replaced(
      template,
      "Queues: [!Ref EntityUpdatedQueue, !Ref EntityUpdatedDeadLetters]",
      "Queues: [!Ref EntityUpdatedDeadLetters]",
    );

    expect(describeTemplate(text).rules[0]?.targets[0]).toMatchObject({
      permitted: false,
      deadLetterQueuePermitted: true,
    });
  });

  it("attack:I4 the permission is only the rule's", () => {
    const text = replaced(
      template,
      '"aws:SourceArn": !GetAtt EntityUpdatedRule.Arn',
      '"aws:SourceArn": !GetAtt UserPushRule.Arn',
    );

    expect(describeTemplate(text).rules[0]?.targets[0]?.permitted).toBe(false);
  });
});

describe("a resource that the emulator does not know", () => {
  it("is named with its line and ignored", () => {
    const text = replaced(template, "Resources:\n", "Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n");

    const place = `infra/template.yaml:${lineOf(text, "  Bucket:")}`;
    expect(describeTemplate(text).warnings).toEqual([
      `${place}: Bucket is ignored, because AWS::S3::Bucket is not emulated`,
    ]);
  });
});

describe("a mistake is named with file, line and reason", () => {
  it.each([
    ["malformed YAML", "StageName: !Ref StageName\n", "StageName: [a\n", "RouteSelectionExpression", "Flow sequence"],
    ["a key twice", "  WebsocketApi:\n", "  Connect: {}\n  WebsocketApi:\n", "  Connect:\n", "Map keys must be unique"],
    [
      "an unknown name",
      "AuthArn: !GetAtt Authorizer.Arn",
      "AuthArn: !GetAtt Nobody.Arn",
      "AuthArn",
      "there is no resource Nobody",
    ],
    [
      "an unknown parameter",
      "StageName: !Ref StageName",
      "StageName: !Ref Stage",
      "StageName: !Ref Stage\n",
      "there is no parameter or resource Stage",
    ],
    [
      "a function that is no function",
      "FunctionArn: !GetAtt Connect.Arn",
      "FunctionArn: !GetAtt EntityUpdatedQueue.Arn",
      "FunctionArn: !GetAtt EntityUpdatedQueue",
      "WebsocketApi.Routes.$connect.FunctionArn is not the ARN of any function here",
    ],
    [
      "a route key that SAM refuses",
      "        subscribe:\n",
      "        sub-scribe:\n",
      "sub-scribe",
      "WebsocketApi.Routes.sub-scribe is not a route key",
    ],
    [
      "a missing property",
      "      RouteSelectionExpression: $request.body.action\n",
      "",
      "    Properties:\n      Name: !Ref AWS::StackName",
      "WebsocketApi.RouteSelectionExpression is missing",
    ],
    [
      "an unknown condition",
      "Condition: GeneratesSecret",
      "Condition: GeneratesSecrets",
      "  RotateSecret:",
      "there is no condition GeneratesSecrets",
    ],
    [
      "a condition of itself",
      'MintsTestTokens: !Equals [!Ref MintTestTokens, "true"]',
      "MintsTestTokens: !Not [!Condition MintsTestTokens]",
      "MintsTestTokens: !Not",
      "condition MintsTestTokens depends on itself",
    ],
    [
      "an unknown function of CloudFormation",
      "Name: !Ref AWS::StackName",
      "StageVariables: { a: !ImportValue x }",
      "StageVariables",
      "Fn::ImportValue is not known to the emulator",
    ],
    [
      "an alias inside the node that it refers to",
      "Name: !Ref AWS::StackName",
      "Name: &n [*n]",
      "Name: &n",
      "the alias *n is inside the node that it refers to",
    ],
    [
      "an event that SAM does not have",
      "          Type: SQS\n",
      "          Type: SQSS\n",
      "Type: SQSS",
      "DeliverPushes.Events.EntityUpdated.Type SQSS is not known to the emulator: is it misspelt?",
    ],
    [
      "an authorizer of another kind",
      "AuthType: CUSTOM",
      "AuthType: AWS_IAM",
      "AuthType: AWS_IAM",
      "WebsocketApi.Auth.AuthType AWS_IAM is not known to the emulator",
    ],
    [
      "a transformed event",
      "        - Id: EntityUpdatedQueue\n",
      "        - Id: EntityUpdatedQueue\n          InputPath: $.detail\n",
      "InputPath",
      "EntityUpdatedRule.Targets[0].InputPath is not known to the emulator",
    ],
    [
      "a route that nothing selects",
      "RouteSelectionExpression: $request.body.action",
      "RouteSelectionExpression: $request.body.a[x]",
      "RouteSelectionExpression",
      "WebsocketApi.RouteSelectionExpression is not an expression that the emulator knows, such as $request.body",
    ],
    [
      "a stage that WebSocket APIs cannot have",
      "StageName: !Ref StageName",
      "StageName: $default",
      "StageName: $default",
      "WebsocketApi.StageName must be 1 to 128 letters, digits, hyphens and underscores",
    ],
    [
      "an unknown identity source",
      "AuthType: CUSTOM",
      "AuthType: CUSTOM\n        IdentitySource: [$request.header.X]",
      "IdentitySource",
      "WebsocketApi.Auth.IdentitySource $request.header.X is not known to the emulator",
    ],
    [
      "a FIFO queue by its property",
      "      VisibilityTimeout: 360\n",
      "      FifoQueue: true\n",
      "FifoQueue",
      "EntityUpdatedQueue.FifoQueue is not known to the emulator: FIFO queues are not emulated",
    ],
    [
      "a FIFO queue by its name",
      "      VisibilityTimeout: 360\n",
      "      QueueName: a.fifo\n",
      "QueueName",
      "EntityUpdatedQueue.QueueName is a FIFO queue's, which is not emulated",
    ],
    [
      "a name that two queues have",
      "      VisibilityTimeout: 360\n",
      "      QueueName: UserPushQueue\n",
      "    Properties:\n      VisibilityTimeout: 360\n",
      "UserPushQueue.QueueName is already another queue's",
    ],
    [
      "a name that two functions have",
      "      CodeUri: ../dist/disconnect/\n",
      "      FunctionName: Connect\n      CodeUri: ../dist/disconnect/\n",
      "FunctionName: Connect",
      "Disconnect.FunctionName is already another function's",
    ],
    [
      "a parameter of a type that CloudFormation does not have",
      "  StageName:\n    Type: String\n",
      "  StageName:\n    Type: Text\n",
      "    Type: Text",
      "Parameters.StageName.Type is not known to the emulator",
    ],
    [
      "a number out of bounds",
      "VisibilityTimeout: 360",
      "VisibilityTimeout: 43201",
      "VisibilityTimeout: 43201",
      "EntityUpdatedQueue.VisibilityTimeout must be a whole number from 0 to 43200",
    ],
    [
      "a batch that needs a window",
      "BatchSize: 10\n",
      "BatchSize: 11\n",
      "BatchSize: 11",
      "DeliverPushes.Events.EntityUpdated.Properties.BatchSize above 10 needs a MaximumBatchingWindowInSeconds",
    ],
    [
      "a pattern that EventBridge refuses",
      "detail-type: [Entity Updated]",
      "detail-type: Entity Updated",
      "EventPattern",
      "EntityUpdatedRule.EventPattern is refused by EventBridge:",
    ],
    [
      "an unknown state of a rule",
      "      EventBusName: !Ref EventBusName\n",
      "      State: OFF\n",
      "State: OFF",
      "EntityUpdatedRule.State is not a state of a rule",
    ],
    [
      "a response of no route",
      "RouteId: !Ref WebsocketApiDefaultRoute",
      "RouteId: !Ref Connect",
      "RouteId: !Ref Connect",
      "DefaultRouteResponse.RouteId is not a route of WebsocketApi",
    ],
    [
      "a response of another key",
      "RouteResponseKey: $default }",
      "RouteResponseKey: other }",
      "RouteResponseKey: other",
      "DefaultRouteResponse.RouteResponseKey is not $default",
    ],
    [
      "a section that is a list",
      "      Auth:\n        AuthType: CUSTOM\n        AuthArn: !GetAtt Authorizer.Arn\n",
      "      Auth: [CUSTOM]\n",
      "Auth: [CUSTOM]",
      "WebsocketApi.Auth is not a map",
    ],
    [
      "a text where a number belongs",
      "VisibilityTimeout: 360",
      "VisibilityTimeout: soon",
      "VisibilityTimeout: soon",
      "EntityUpdatedQueue.VisibilityTimeout is not a number",
    ],
  ])("%s", (_mistake, piece, replacement, place, problem) => {
    const text = replaced(template, piece, replacement);

    expect(() => describeTemplate(text)).toThrow(`infra/template.yaml:${lineOf(text, place)}: ${problem}`);
  });
});

function lineOf(text: string, place: string): number {
  return text.slice(0, text.indexOf(place)).split("\n").length;
}
