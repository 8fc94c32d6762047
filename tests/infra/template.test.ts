import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { ADMIN_DETAIL_TYPES, PONG_TEXT } from "@portcullis/protocol";
import { describe, expect, it } from "vitest";
import { dependenciesOf } from "../support/dependencies.ts";
import { type ExpandedTemplate, expandTemplate, ofType } from "../support/expanded-template.ts";
import { SECRET_TEXT } from "../support/good-token.ts";
import { publicTexts } from "../support/public-keys.ts";

const expanded = expandTemplate();
const template = expanded as ExpandedTemplate;

/** One row for each resource of a type. Throws if there is none, so that no test passes without a resource. */
function each(type: string) {
  const rows = expanded === undefined ? [] : ofType(expanded, type);
  if (expanded !== undefined && rows.length === 0) throw new Error(`the template has no ${type}`);
  return rows.length > 0 ? rows : ([["", { Type: type, Properties: {} }]] as const);
}

type Statement = {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
};

const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);
const arnOf = (logicalId: string) => ({ "Fn::GetAtt": [logicalId, "Arn"] });
const stackKey = { "Fn::GetAtt": ["EncryptionKey", "Arn"] };

function statementsOf(type: string): readonly (readonly [string, Statement])[] {
  return ofType(template, type).flatMap(([name, { Properties }]) => {
    const documents = [Properties.PolicyDocument, ...(Properties.Policies ?? []).map(policyDocument)];
    return documents
      .filter((document) => document !== undefined)
      .flatMap((document) => listOf<Statement>(document.Statement).map((statement) => [name, statement] as const));
  });
}

function policyDocument(policy: { PolicyDocument: unknown }) {
  return policy.PolicyDocument as { Statement: Statement[] };
}

type Conditions = { readonly ArnNotEquals?: { readonly "aws:PrincipalArn": readonly unknown[] } };

/** The rules that wait for events, not for a time. */
const eventRules = () =>
  ofType(template, "AWS::Events::Rule").filter(([, { Properties }]) => Properties.ScheduleExpression === undefined);

/** The queues that a role may send to. */
function queuesWrittenBy(role: string): readonly unknown[] {
  return statementsOf("AWS::IAM::Role")
    .filter(([name, { Action }]) => name === role && listOf(Action).includes("sqs:SendMessage"))
    .flatMap(([, { Resource }]) => listOf(Resource));
}

describe.skipIf(expanded === undefined)("permissions to call", () => {
  it.each(each("AWS::Lambda::Permission").filter(([, { Properties }]) => Properties.Principal !== "*"))(
    "CKV_AWS_364 cfn_nag:W24 cfn_nag:F13 %s names its source",
    (_name, { Properties }) => {
      expect(JSON.stringify(Properties.SourceArn)).toMatch(
        /\/\$connect|\/\$disconnect|\/\$default|\/subscribe|\/unsubscribe|\/authenticate|\/resume|\/authorizers\/\*|JwtSignatureSecret|AdministerEachMinute/,
      );
      expect(Properties.Principal).toMatch(/^(apigateway|events|secretsmanager)\.amazonaws\.com$/);
    },
  );

  it("every caller may invoke Check, through its URL only, and no other function", () => {
    const open = ofType(template, "AWS::Lambda::Permission").filter(
      ([, { Properties }]) => Properties.Principal === "*",
    );

    expect(open.map(([, { Condition, Properties }]) => ({ Condition, ...Properties }))).toEqual([
      {
        Condition: "HasCheckEndpoint",
        Action: "lambda:InvokeFunctionUrl",
        FunctionName: { Ref: "Check" },
        Principal: "*",
        FunctionUrlAuthType: "NONE",
      },
      {
        Condition: "HasCheckEndpoint",
        Action: "lambda:InvokeFunction",
        FunctionName: { Ref: "Check" },
        Principal: "*",
        InvokedViaFunctionUrl: true,
      },
    ]);
    expect(ofType(template, "AWS::Lambda::Url").map(([name]) => name)).toEqual(["CheckUrl"]);
  });

  it("attack:N4 Check writes nothing, and has a bounded concurrency of its own", () => {
    const actions = statementsOf("AWS::IAM::Role")
      .filter(([name]) => name === "CheckRole")
      .flatMap(([, { Action }]) => listOf(Action));

    expect(actions.filter((action) => !action.startsWith("logs:")).toSorted()).toEqual([
      "dynamodb:BatchGetItem",
      "dynamodb:Query",
      "secretsmanager:GetSecretValue",
    ]);
    expect(template.Resources["Check"]?.Properties.ReservedConcurrentExecutions).toEqual({ Ref: "CheckConcurrency" });
    expect(new RegExp(`^(?:${template.Parameters["CheckConcurrency"].AllowedPattern})$`).test("0")).toBe(false);
  });

  it("the authorizer is on $connect only, and has no identity source", () => {
    const routes = ofType(template, "AWS::ApiGatewayV2::Route").map(([, { Properties }]) => Properties);
    const [authorizer, ...others] = ofType(template, "AWS::ApiGatewayV2::Authorizer");

    expect(routes.filter((route) => route.AuthorizationType !== undefined).map((route) => route.RouteKey)).toEqual([
      "$connect",
    ]);
    expect(routes.find((route) => route.RouteKey === "$connect")).toMatchObject({
      AuthorizationType: "CUSTOM",
      AuthorizerId: { Ref: authorizer?.[0] },
    });
    expect(authorizer?.[1].Properties.AuthorizerType).toBe("REQUEST");
    expect(authorizer?.[1].Properties).not.toHaveProperty("IdentitySource");
    expect(others).toEqual([]);
  });

  it("the route ping has the constant of the contract as its answer, and no function", () => {
    const { PingIntegration, PingIntegrationResponse, PingRoute, PingRouteResponse } = template.Resources;
    const api = { ApiId: { Ref: "WebsocketApi" } };

    expect(PingIntegration?.Properties).toEqual({
      ...api,
      IntegrationType: "MOCK",
      TemplateSelectionExpression: "\\$default",
      RequestTemplates: { $default: '{"statusCode":200}' },
    });
    expect(PingIntegrationResponse?.Properties).toEqual({
      ...api,
      IntegrationId: { Ref: "PingIntegration" },
      IntegrationResponseKey: "$default",
      TemplateSelectionExpression: "\\$default",
      ResponseTemplates: { $default: PONG_TEXT },
    });
    expect(PingRoute?.Properties).toEqual({
      ...api,
      RouteKey: "ping",
      RouteResponseSelectionExpression: "$default",
      Target: { "Fn::Sub": expect.stringMatching(/^integrations\/\$\{PingIntegration\}$/) },
    });
    expect(PingRouteResponse?.Properties).toEqual({
      ...api,
      RouteId: { Ref: "PingRoute" },
      RouteResponseKey: "$default",
    });
  });

  it("CKV_AWS_63 cfn_nag:F3 cfn_nag:W11 no role allows an action or a resource by wildcard, but for @connections/*", () => {
    const statements = [...statementsOf("AWS::IAM::Role"), ...statementsOf("AWS::IAM::ManagedPolicy")];
    const wild = statements.filter(([, { Action, Resource }]) =>
      JSON.stringify([Action, Resource])
        .replaceAll(/\/(POST|DELETE)\/@connections\/\*/g, "")
        .includes("*"),
    );

    expect(statements.length).toBeGreaterThan(20);
    expect(wild).toEqual([]);
  });

  it("attack:I14 no function may publish to the bus that triggers it", () => {
    const actions = statementsOf("AWS::IAM::Role").flatMap(([, { Action }]) => listOf(Action));
    expect(actions).toContain("sqs:SendMessage");
    expect(actions.filter((action) => /^(\*|events:)/.test(action))).toEqual([]);
  });

  it("each function has its own role, which only Lambda may assume", () => {
    const roles = ofType(template, "AWS::Lambda::Function").map(([name, { Properties }]) => [
      name,
      Properties.Role["Fn::GetAtt"][0],
    ]);

    expect(roles.map(([, role]) => role)).toEqual(roles.map(([name]) => `${name}Role`));
    for (const [, role] of roles) {
      expect(template.Resources[role]?.Properties.AssumeRolePolicyDocument.Statement).toEqual([
        { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
      ]);
    }
  });

  it("cfn_nag:F20 cfn_nag:F21 attack:I4 a queue accepts messages from its own rule or from permitted roles, over TLS only", () => {
    const statements = statementsOf("AWS::SQS::QueuePolicy").map(([, statement]) => statement);
    const granted = statements.filter(({ Effect }) => Effect === "Allow");
    const denied = statements.filter(({ Effect }) => Effect === "Deny");
    const queues = ofType(template, "AWS::SQS::Queue").map(([name]) => arnOf(name));

    for (const statement of granted) {
      expect(statement.Principal).toEqual({ Service: "events.amazonaws.com" });
      expect(statement.Action).toBe("sqs:SendMessage");
    }
    expect(granted.map(({ Resource, Condition }) => [Resource, Condition])).toEqual(
      eventRules().map(([rule, { Properties }]) => [
        Properties.Targets.flatMap((target: { Arn: unknown; DeadLetterConfig: { Arn: unknown } }) => [
          target.Arn,
          target.DeadLetterConfig.Arn,
        ]),
        { ArnEquals: { "aws:SourceArn": arnOf(rule) } },
      ]),
    );
    expect(denied.every(({ Principal }) => Principal === "*")).toBe(true);
    const overPlainHttp = denied.filter(({ Action }) => Action === "sqs:*");
    expect(overPlainHttp.map(({ Condition }) => Condition)).toEqual(
      overPlainHttp.map(() => ({ Bool: { "aws:SecureTransport": false } })),
    );
    expect(overPlainHttp.flatMap(({ Resource }) => listOf(Resource))).toEqual(expect.arrayContaining(queues));
  });

  it("every queue denies all principals except those that replay pushes, and queues of a function also allow its role", () => {
    const replaying = {
      "Fn::If": ["HasReplayPrincipals", { "aws:PrincipalArn": { Ref: "ReplayPrincipals" } }, { Ref: "AWS::NoValue" }],
    };
    const closed = statementsOf("AWS::SQS::QueuePolicy")
      .map(([, statement]) => statement)
      .filter(({ Effect, Action }) => Effect === "Deny" && Action === "sqs:SendMessage");
    const written = new Map(
      ofType(template, "AWS::SQS::Queue").map(([queue]) => [
        queue,
        ofType(template, "AWS::IAM::Role")
          .filter(([name]) => queuesWrittenBy(name).some((target) => isDeepStrictEqual(target, arnOf(queue))))
          .map(([name]) => arnOf(name)),
      ]),
    );

    const ownersOf = (queue: string) => {
      // Authenticate asks for reviews.
      if (queue === "AdminQueue") return [arnOf("AdministerRole"), arnOf("AuthenticateRole")];
      return arnOf(/^Admin/.test(queue) ? "AdministerRole" : "DeliverPushesRole");
    };
    for (const [queue, roles] of written) {
      const [statement, ...others] = closed.filter(({ Resource }) =>
        listOf(Resource).some((resource) => isDeepStrictEqual(resource, arnOf(queue))),
      );
      const pushing = listOf(
        (statement?.Condition as Conditions | undefined)?.ArnNotEquals?.["aws:PrincipalArn"] ?? [],
      );
      expect(others).toEqual([]);
      // Those who may replay pushes are no administrators.
      expect(statement?.Condition).toEqual({
        BoolIfExists: { "aws:PrincipalIsAWSService": false },
        ...(/^Admin/.test(queue) ? {} : { ArnNotLike: replaying }),
        ...(pushing.length > 0 && { ArnNotEquals: { "aws:PrincipalArn": ownersOf(queue) } }),
      });
      expect(pushing).toEqual(expect.arrayContaining(roles));
    }
    expect(written.get("EntityUpdatedQueue")).toEqual([]);
    expect(written.get("ContinuationQueue")).toEqual([arnOf("DeliverPushesRole")]);
    expect(written.get("AdminQueue")).toEqual([arnOf("AuthenticateRole"), arnOf("AdministerRole")]);
  });

  it("no principal may replay unless a parameter names it", () => {
    expect(template.Parameters["ReplayPrincipals"].Default).toBe("");
  });

  it("only a function that consumes its own messages is exempt from loop detection", () => {
    const loops = ofType(template, "AWS::Lambda::EventSourceMapping")
      .filter(([, { Properties }]) =>
        queuesWrittenBy(`${Properties.FunctionName.Ref}Role`).some((target) =>
          isDeepStrictEqual(target, Properties.EventSourceArn),
        ),
      )
      .map(([, { Properties }]) => Properties.FunctionName.Ref);
    const allowed = each("AWS::Lambda::Function").filter(([, { Properties }]) => Properties.RecursiveLoop === "Allow");

    expect(allowed.map(([name]) => name)).toEqual(loops);
    expect(loops).toEqual(["DeliverPushes", "Administer"]);
  });

  it("the function that mints tokens exists only if its own parameter asks for it", () => {
    expect(template.Resources["CreateTestJwt"]?.Condition).toBe("MintsTestTokens");
    expect(template.Conditions["MintsTestTokens"]).toEqual({ "Fn::Equals": [{ Ref: "MintTestTokens" }, "true"] });
    expect(template.Parameters["MintTestTokens"].Default).toBe("false");
    expect(template.Parameters["Production"].Default).toBe("true");
  });

  it("attack:I4 a rule on the publishers' bus names its allowed sources, and none begins with aws.", () => {
    const onTheirBus = eventRules().filter(([name]) => name !== "AdminRule");
    expect(onTheirBus.length).toBe(2);
    for (const [, { Properties }] of onTheirBus) {
      expect(Properties.EventBusName).toEqual({ Ref: "EventBusName" });
      expect(Properties.EventPattern.$or).toEqual([
        { source: { Ref: "EventSources" } },
        { source: [{ prefix: { Ref: "EventSourcePrefix" } }] },
      ]);
    }
    for (const name of ["EventSources", "EventSourcePrefix"]) {
      const pattern = new RegExp(`^(?:${template.Parameters[name].AllowedPattern})$`);
      expect(["aws.ec2", ""].filter((source) => pattern.test(source))).toEqual([]);
    }
  });

  it("attack:I4 no publisher's bus administers: the administrators' queue takes from a rule of their own bus alone", () => {
    const toAdmin = ofType(template, "AWS::Events::Rule").filter(([, { Properties }]) =>
      JSON.stringify(Properties.Targets).includes("AdminQueue"),
    );

    expect(toAdmin.map(([name, { Properties }]) => [name, Properties.EventBusName])).toEqual([
      ["AdminRule", { Ref: "AdminEventBus" }],
    ]);
    expect(ofType(template, "AWS::Events::EventBus").map(([, { Properties }]) => Properties.Name)).toEqual([
      { "Fn::Sub": `\${AWS::StackName}-admin` },
    ]);
    expect(ofType(template, "AWS::Events::EventBusPolicy")).toEqual([]);
  });

  it("no event on the administrators' bus passes without a word: a misspelt one becomes a dead letter", () => {
    expect(template.Resources["AdminRule"]?.Properties.EventPattern).toEqual({
      "detail-type": [...Object.values(ADMIN_DETAIL_TYPES), { prefix: "" }],
    });
  });

  it("asvs:V4.4.1 a custom domain requires TLS 1.2 or newer, and is then the only address", () => {
    const [[, domain] = []] = ofType(template, "AWS::ApiGatewayV2::DomainName");
    const [[, api] = []] = ofType(template, "AWS::ApiGatewayV2::Api");

    expect(domain?.Properties.DomainNameConfigurations[0].SecurityPolicy).toBe("TLS_1_2");
    expect(api?.Properties.DisableExecuteApiEndpoint).toEqual({ "Fn::If": ["HasCustomDomain", true, false] });
  });
});

describe.skipIf(expanded === undefined)("protection of stored data", () => {
  it.each(each("AWS::SQS::Queue"))("CKV_AWS_27 cfn_nag:W48 %s is encrypted by SQS itself", (_name, { Properties }) => {
    expect(Properties.SqsManagedSseEnabled).toBe(true);
    expect(Properties).not.toHaveProperty("KmsMasterKeyId");
  });

  it("a service may use the key only under a condition, and EventBridge not at all", () => {
    const statements = template.Resources["EncryptionKey"]?.Properties.KeyPolicy.Statement as Statement[];
    const services = statements
      .filter(({ Principal }) => (Principal as { Service?: unknown }).Service !== undefined)
      .map(({ Principal, Condition }) => [(Principal as { Service: unknown }).Service, Condition]);
    const logGroups = (name: string) => ({
      "Fn::Sub": `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:${name}`,
    });

    expect(services).toEqual([
      ["cloudwatch.amazonaws.com", { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } }],
      [
        { "Fn::Sub": `logs.\${AWS::Region}.\${AWS::URLSuffix}` },
        {
          ArnLike: {
            "kms:EncryptionContext:aws:logs:arn": [logGroups(`\${AWS::StackName}-*`), logGroups("/aws/apigateway/*")],
          },
        },
      ],
    ]);
  });

  it("a consumer can decrypt messages from before the queue had SQS's own encryption", () => {
    const ofQueues = statementsOf("AWS::IAM::ManagedPolicy").filter(([, { Condition }]) =>
      JSON.stringify(Condition ?? {}).includes("sqs."),
    );
    const consumers = each("AWS::Lambda::EventSourceMapping").map(([, { Properties }]) => Properties.FunctionName.Ref);

    expect(ofQueues.map(([policy, { Action, Resource }]) => [policy, Action, Resource])).toEqual([
      ["EncryptionKeyUse", "kms:Decrypt", stackKey],
    ]);
    for (const consumer of consumers) {
      expect(template.Resources[`${consumer}Role`]?.Properties.ManagedPolicyArns).toEqual([
        { Ref: "EncryptionKeyUse" },
      ]);
    }
  });

  it.each(each("AWS::SNS::Topic"))(
    "CKV_AWS_26 cfn_nag:W47 %s is encrypted with the stack's key",
    (_name, { Properties }) => {
      expect(Properties.KmsMasterKeyId).toEqual(stackKey);
    },
  );

  /** Resources of the API that the stage does not depend on. */
  function notAwaited(expansion: ExpandedTemplate): readonly string[] {
    const awaited = dependenciesOf(expansion, "WebsocketApiStage");
    const served = Object.entries(expansion.Resources).filter(
      ([name, { Type, Properties }]) =>
        /^AWS::ApiGatewayV2::(Authorizer|Integration|IntegrationResponse|Route|RouteResponse)$/.test(Type) ||
        (Type === "AWS::Lambda::Permission" && Properties.Principal === "apigateway.amazonaws.com") ||
        name === "ExecutionLogs",
    );
    return served.map(([name]) => name).filter((name) => !awaited.has(name));
  }

  it("the stage depends on all its resources, and on the log group that API Gateway would make itself", () => {
    const listIn = (expansion: ExpandedTemplate): { Ref?: string }[] =>
      expansion.Resources["WebsocketApiStage"]?.Properties.AccessLogSettings.DestinationArn["Fn::Select"][1] ?? [];
    const [, ...others] = listIn(template);
    const unneeded = others.filter(({ Ref }) => {
      const mutant = structuredClone(template);
      const list = listIn(mutant);
      list.splice(
        list.findIndex((item) => item.Ref === Ref),
        1,
      );
      return notAwaited(mutant).length === 0;
    });

    expect(notAwaited(template)).toEqual([]);
    expect(others.length).toBeGreaterThan(10);
    expect(unneeded).toEqual([]);
  });

  it.each(each("AWS::DynamoDB::Table"))(
    "CKV_AWS_28 CKV_AWS_119 cfn_nag:W74 cfn_nag:W78 %s can be restored and is encrypted with the stack's key",
    (_name, { Properties }) => {
      expect(Properties.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
      expect(Properties.SSESpecification).toEqual({ SSEEnabled: true, SSEType: "KMS", KMSMasterKeyId: stackKey });
      expect(Properties.TimeToLiveSpecification).toEqual({ AttributeName: "ttl", Enabled: true });
    },
  );

  it("CKV_AWS_149 cfn_nag:W77 the secret is encrypted with the stack's key", () => {
    expect(template.Resources["JwtSignatureSecret"]?.Properties.KmsKeyId).toEqual(stackKey);
  });

  it("SecretsManager.1: a generated secret is rotated by the function that Secrets Manager may invoke", () => {
    expect(template.Resources["SecretRotation"]).toMatchObject({
      Condition: "GeneratesSecret",
      Properties: { SecretId: { Ref: "JwtSignatureSecret" }, RotationLambdaARN: arnOf("RotateSecret") },
    });
  });

  it("the prompt for the secret accepts `generate`, since sam deploy --guided takes no empty answer", () => {
    const pattern = new RegExp(`^(?:${template.Parameters["JwtSecret"].AllowedPattern})$`);

    expect(["", "generate", SECRET_TEXT].filter((answer) => !pattern.test(answer))).toEqual([]);
    expect(["generated", SECRET_TEXT.slice(0, 31)].filter((answer) => pattern.test(answer))).toEqual([]);
    expect(template.Conditions["GeneratesSecret"]).toEqual({
      "Fn::Or": ["", "generate"].map((answer) => ({ "Fn::Equals": [{ Ref: "JwtSecret" }, answer] })),
    });
  });

  it("fault:K8 fault:K12 the parameter's pattern refuses bad secrets, as far as a pattern can", () => {
    const pattern = new RegExp(`^(?:${template.Parameters["JwtSecret"].AllowedPattern})$`);
    const uniform = ["k".repeat(32), "abcdefg".repeat(9), "password".repeat(4), "0123456789abcdef".repeat(2)];
    const random = Array.from({ length: 500 }, () => randomBytes(48)).flatMap((bytes) =>
      (["base64", "base64url", "hex"] as const).map((encoding) => bytes.toString(encoding)),
    );

    const passed = publicTexts.filter(([, text]) => pattern.test(text)).map(([title]) => title);
    expect(passed.filter((title) => !title.endsWith("base64 in base64"))).toEqual([]);
    expect(uniform.filter((text) => pattern.test(text))).toEqual([]);
    expect(random.filter((text) => !pattern.test(text))).toEqual([]);
  });

  it("CKV_AWS_45 the secret goes into Secrets Manager only", () => {
    const users = Object.entries(template.Resources).filter(([, { Properties }]) =>
      /"JwtSecret"|\$\{JwtSecret\}/.test(JSON.stringify(Properties)),
    );

    expect(template.Parameters["JwtSecret"].NoEcho).toBe(true);
    expect(users.map(([name]) => name)).toEqual(["JwtSignatureSecret"]);
  });

  it.each(each("AWS::Logs::LogGroup"))(
    "CKV_AWS_66 CKV_AWS_158 cfn_nag:W84 cfn_nag:W86 %s forgets in time and is encrypted with the stack's key",
    (_name, { Properties }) => {
      expect(Properties.RetentionInDays).toEqual({ Ref: "LogRetentionDays" });
      expect(Properties.KmsKeyId).toEqual(stackKey);
    },
  );

  it("every function has a log group in the template, to which only it may write", () => {
    for (const [name, { Properties }] of each("AWS::Lambda::Function")) {
      expect(Properties.LoggingConfig).toEqual({
        LogFormat: "JSON",
        ApplicationLogLevel: "TRACE",
        // It runs each minute, and Lambda's own entries about that would cost more than the runs.
        ...(name === "Administer" && { SystemLogLevel: "WARN" }),
        LogGroup: { Ref: `${name}Logs` },
      });
      expect(template.Resources[`${name}Role`]?.Properties.Policies[0].PolicyDocument.Statement[0]).toEqual({
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: arnOf(`${name}Logs`),
      });
    }
  });

  it("CKV_AWS_95 cfn_nag:W46 securityhub:APIGateway.1 the API's logs hold neither query strings nor claims nor messages", () => {
    const stage = template.Resources["WebsocketApiStage"]?.Properties;
    const format = stage.AccessLogSettings.Format;
    const variables = [...format.matchAll(/\$context\.([\w.]+)/g)].map(([, name]) => name);

    expect(stage.AccessLogSettings.DestinationArn["Fn::Select"][0]).toBe("0");
    expect(stage.AccessLogSettings.DestinationArn["Fn::Select"][1][0]).toEqual(arnOf("AccessLogs"));
    expect(JSON.parse(format)).toHaveProperty("requestId");
    expect(variables.filter((name: string) => name.startsWith("authorizer."))).toEqual([
      "authorizer.principalId",
      "authorizer.status",
      "authorizer.latency",
    ]);
    expect(stage.DefaultRouteSettings).toMatchObject({ LoggingLevel: "ERROR", DataTraceEnabled: false });
    expect(stage).not.toHaveProperty("RouteSettings");
  });
});

describe.skipIf(expanded === undefined)("on a failure", () => {
  const deadLetterQueues = () =>
    ofType(template, "AWS::SQS::Queue").filter(([, { Properties }]) => Properties.RedrivePolicy === undefined);

  it("fault:2 attack:I6 every consumed queue gives up after five receives, waits six timeouts, and repeats only failed messages", () => {
    for (const [, { Properties }] of each("AWS::Lambda::EventSourceMapping")) {
      const queue = template.Resources[Properties.EventSourceArn["Fn::GetAtt"][0]]?.Properties;
      const consumer = template.Resources[Properties.FunctionName.Ref]?.Properties;

      expect(Properties.FunctionResponseTypes).toEqual(["ReportBatchItemFailures"]);
      expect(queue.RedrivePolicy.maxReceiveCount).toBe(5);
      expect(queue.VisibilityTimeout).toBeGreaterThanOrEqual(6 * consumer.Timeout);
    }
  });

  it("fault:2 dead letters outlive the messages of their source queue", () => {
    const sources = ofType(template, "AWS::SQS::Queue").filter(([, { Properties }]) => Properties.RedrivePolicy);

    for (const [, { Properties }] of sources) {
      const deadLetters = template.Resources[Properties.RedrivePolicy.deadLetterTargetArn["Fn::GetAtt"][0]];
      expect(deadLetters?.Properties.MessageRetentionPeriod).toBeGreaterThan(Properties.MessageRetentionPeriod);
    }
    expect(sources.length).toBe(4);
  });

  it("every queue without a redrive policy holds dead letters, and has an alarm for the first", () => {
    const alarms = ofType(template, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties);

    for (const [name] of deadLetterQueues()) {
      expect(alarms).toContainEqual(
        expect.objectContaining({
          MetricName: "ApproximateNumberOfMessagesVisible",
          Dimensions: [{ Name: "QueueName", Value: { "Fn::GetAtt": [name, "QueueName"] } }],
          Threshold: 1,
          AlarmActions: [{ Ref: "Alarms" }],
        }),
      );
    }
    expect(deadLetterQueues().length).toBe(5);
  });

  it("fault:4 an alarm reports each event that a rule could not store, on any bus", () => {
    const alarms = ofType(template, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties);
    const rules = eventRules();

    for (const [rule] of rules) {
      const onOwnBus = { "Fn::Select": [2, { "Fn::Split": ["/", { "Fn::GetAtt": [rule, "Arn"] }] }] };
      const named = (bus: string) => [
        { Name: "EventBusName", Value: { Ref: bus } },
        { Name: "RuleName", Value: onOwnBus },
      ];
      const onAnyBus = {
        "Fn::If": ["OnDefaultBus", [{ Name: "RuleName", Value: { Ref: rule } }], named("EventBusName")],
      };
      expect(alarms).toContainEqual(
        expect.objectContaining({
          Namespace: "AWS/Events",
          MetricName: "InvocationsFailedToBeSentToDlq",
          Dimensions: rule === "AdminRule" ? named("AdminEventBus") : onAnyBus,
          Statistic: "Sum",
          Threshold: 1,
          AlarmActions: [{ Ref: "Alarms" }],
        }),
      );
    }
    expect(rules.length).toBe(3);
  });

  it("an alarm reports a run of the schedule that failed with its two repetitions", () => {
    const [schedule, ...others] = ofType(template, "AWS::Events::Rule").filter(
      ([, { Properties }]) => Properties.ScheduleExpression !== undefined,
    );
    const alarm = template.Resources["AdministerErrorsAlarm"]?.Properties;

    expect(schedule?.[1].Properties).toMatchObject({ ScheduleExpression: "rate(1 minute)" });
    expect(schedule?.[1].Properties.Targets).toMatchObject([{ Arn: arnOf("Administer") }]);
    expect(others).toEqual([]);
    expect(alarm).toMatchObject({
      MetricName: "Errors",
      Dimensions: [{ Name: "FunctionName", Value: { Ref: "Administer" } }],
      Statistic: "Sum",
      Threshold: 3,
      AlarmActions: [{ Ref: "Alarms" }],
    });
    // The repetitions come after one and two minutes.
    expect(alarm.Period * alarm.EvaluationPeriods).toBeGreaterThan(180);
  });

  it("fault:4 EventBridge retries for a day and then dead-letters the event", () => {
    for (const [, { Properties }] of eventRules()) {
      for (const target of Properties.Targets) {
        expect(target.RetryPolicy).toEqual({ MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 });
        expect(target.DeadLetterConfig).toBeDefined();
      }
    }
  });

  it("CKV_AWS_115 cfn_nag:W92 a route is throttled, and a function's concurrency can be reserved", () => {
    expect(template.Resources["WebsocketApiStage"]?.Properties.DefaultRouteSettings).toMatchObject({
      ThrottlingRateLimit: { Ref: "ThrottlingRateLimit" },
      ThrottlingBurstLimit: { Ref: "ThrottlingBurstLimit" },
    });
    // Check has a concurrency of its own in every stack.
    for (const [, { Properties }] of each("AWS::Lambda::Function").filter(([name]) => name !== "Check")) {
      expect(Properties.ReservedConcurrentExecutions["Fn::If"][0]).toBe("ReservesConcurrency");
    }
  });

  it("CKV_AWS_363 every function runs on the newest runtime", () => {
    for (const [, { Properties }] of each("AWS::Lambda::Function")) {
      expect(Properties).toMatchObject({ Runtime: "nodejs24.x", Architectures: ["arm64"] });
    }
  });
});

describe.skipIf(expanded === undefined)("two stacks in one account", () => {
  it("share no name: each is generated, made from the stack's name, or given by a parameter", () => {
    const fixed = Object.entries(template.Resources).flatMap(([logicalId, { Type, Properties }]) =>
      Object.entries(Properties ?? {})
        .filter(([property, value]) => /(^|[a-z])Name$/.test(property) && typeof value === "string")
        .map(([property, value]) => `${logicalId} (${Type}) ${property}: ${value}`),
    );

    expect(fixed.filter((name) => !/MetricName|AWS::ApiGatewayV2::Authorizer/.test(name))).toEqual([]);
  });
});
