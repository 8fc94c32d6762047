import { describe, expect, it } from "vitest";
import { describeTemplate, projectTemplate } from "../support/project-template.ts";
import { describeSmallTemplate } from "../support/small-template.ts";

const ARN = /^arn:aws:secretsmanager:us-east-1:123456789012:secret:app\/key-[A-Za-z0-9]{6}$/;
const KEY = "Key: { Type: AWS::SecretsManager::Secret, Properties: { Name: app/key, SecretString: x } }";
const ROTATION =
  "Rotation: { Type: AWS::SecretsManager::RotationSchedule, Properties: { SecretId: !Ref Key, RotationLambdaARN: !GetAtt Fn.Arn, RotationRules: { AutomaticallyAfterDays: 7 } } }";

/** A secret with these properties. */
const secret = (properties: string) => `Key: { Type: AWS::SecretsManager::Secret, Properties: ${properties} }`;
const permission = (properties: string) =>
  `Permission: { Type: AWS::Lambda::Permission, Properties: { Action: lambda:InvokeFunction, FunctionName: !Ref Fn, ${properties} } }`;

describe("a template's secret", () => {
  it("has name, ARN, value, tags and rotation, and Ref, Id and Sub are its ARN", () => {
    const fn = `Fn: { Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: index.handler, Environment: { Variables: { A: !Ref Key, B: !GetAtt Key.Id, C: !Sub '\${Key}', D: !Ref Rotation } } } }`;
    const key = secret(
      "{ Name: app/key, Description: signs, KmsKeyId: alias/k, SecretString: x, Tags: [{ Key: team, Value: blue }] }",
    );
    const { secrets, functions, warnings } = describeSmallTemplate(fn, key, ROTATION);
    expect(secrets).toEqual([
      {
        ...{ logicalId: "Key", name: "app/key", arn: expect.stringMatching(ARN), description: "signs" },
        kmsKeyId: "alias/k",
        tags: [{ Key: "team", Value: "blue" }],
        initial: { kind: "given", text: "x" },
        rotation: { functionName: "Fn", rules: { automaticallyAfterDays: 7, everyMillis: 7 * 86_400_000 } },
      },
    ]);
    expect(Object.values(functions[0]?.environment ?? {})).toEqual(Array(4).fill(secrets[0]?.arn));
    expect(warnings).toEqual([]);
  });

  it("has the logical id as its name if it has no other, and no value if none is given", () => {
    expect(describeSmallTemplate(secret("{ Description: empty }")).secrets).toMatchObject([{ name: "Key" }]);
    expect(describeSmallTemplate(secret("{ Description: empty }")).secrets[0]).not.toHaveProperty("initial");
  });

  it("is generated as its options say", () => {
    const given =
      '{ GenerateSecretString: { SecretStringTemplate: \'{"user":"a"}\', GenerateStringKey: pw, PasswordLength: 20, ExcludeCharacters: xyz, ExcludeLowercase: true, ExcludeNumbers: true, ExcludePunctuation: true, IncludeSpace: true, RequireEachIncludedType: false } }';
    expect(describeSmallTemplate(secret(given)).secrets[0]?.initial).toEqual({
      kind: "generated",
      options: {
        ...{ length: 20, excludeCharacters: "xyz", excludeLowercase: true, excludeNumbers: true },
        ...{ excludePunctuation: true, excludeUppercase: false, includeSpace: true, requireEachIncludedType: false },
      },
      within: { template: { user: "a" }, key: "pw" },
    });
    expect(describeSmallTemplate(secret("{ GenerateSecretString: {} }")).secrets[0]?.initial).toMatchObject({
      options: { length: 32, excludePunctuation: false, requireEachIncludedType: true },
    });
  });

  it.each([
    ["another secret's name", [KEY, KEY.replace("Key:", "Other:")], "Other.Name is already another secret's"],
    ["a name with a blank", [secret("{ Name: 'a b' }")], "Key.Name is not a name that Secrets Manager takes"],
    [
      "two kinds of values",
      [secret("{ SecretString: x, GenerateSecretString: {} }")],
      "Key.SecretString and GenerateSecretString are given",
    ],
    [
      "a template that is no object",
      [secret("{ GenerateSecretString: { SecretStringTemplate: '[]', GenerateStringKey: a } }")],
      "SecretStringTemplate is not a JSON object",
    ],
    [
      "a template without a key",
      [secret("{ GenerateSecretString: { SecretStringTemplate: '{}' } }")],
      "GenerateStringKey is missing",
    ],
    [
      "a length that is too short for its types",
      [secret("{ GenerateSecretString: { PasswordLength: 3 } }")],
      "Key.GenerateSecretString makes no password: The password is too short",
    ],
    ["a schedule of no secret", [ROTATION.replace("!Ref Key", "other")], "Rotation.SecretId is no secret"],
    ["two schedules", [KEY, ROTATION, ROTATION.replace("Rotation:", "Again:")], "Again.SecretId is a secret that has"],
    [
      "a function of elsewhere",
      [KEY, ROTATION.replace("!GetAtt Fn.Arn", "arn:aws:lambda:us-east-1:1:function:Other")],
      "Rotation.RotationLambdaARN is not the ARN of any function here",
    ],
    [
      "a rate that is too short",
      [KEY, ROTATION.replace("AutomaticallyAfterDays: 7", 'ScheduleExpression: "rate(3 hours)"')],
      "Rotation.RotationRules has no rate that Secrets Manager takes",
    ],
    [
      "two rules",
      [KEY, ROTATION.replace("Days: 7", 'Days: 7, ScheduleExpression: "rate(4 hours)"')],
      "Rotation.RotationRules may have either",
    ],
    ["a misspelt property", [secret("{ SecretStrings: x }")], "Key.SecretStrings .*misspelt"],
  ])("is refused with %s", (_, resources, problem) => {
    expect(() => describeSmallTemplate(...resources)).toThrow(new RegExp(`^small\\.yaml:\\d+: .*${problem}`));
  });

  it("may have a policy and a function of AWS's own, which are named", () => {
    const policy =
      "Policy: { Type: AWS::SecretsManager::ResourcePolicy, Properties: { SecretId: !Ref Key, ResourcePolicy: { Statement: [] } } }";
    const hosted = ROTATION.replace("RotationLambdaARN: !GetAtt Fn.Arn", "HostedRotationLambda: { RotationType: X }");
    const { warnings, secrets } = describeSmallTemplate(KEY, policy, hosted);
    expect(warnings).toEqual([
      expect.stringContaining("Policy.ResourcePolicy is not emulated: every caller may read every secret here"),
      expect.stringContaining("Rotation.HostedRotationLambda is not emulated: AWS would make a function"),
    ]);
    expect(secrets[0]).not.toHaveProperty("rotation");
  });

  it.each([
    ["no permission", [], false],
    ["one for Secrets Manager", [permission("Principal: secretsmanager.amazonaws.com")], true],
    ["one for the secret", [permission("Principal: secretsmanager.amazonaws.com, SourceArn: !Ref Key")], true],
    ["one for another secret", [permission("Principal: secretsmanager.amazonaws.com, SourceArn: 'arn:x'")], false],
    ["one for EventBridge", [permission("Principal: events.amazonaws.com")], false],
  ])("with %s: Secrets Manager may invoke its function: %s", (_, permissions, isPermitted) => {
    const { secrets, mayRotate } = describeSmallTemplate(KEY, ROTATION, ...permissions);
    expect(mayRotate?.("Fn", secrets[0]?.arn ?? "")).toBe(isPermitted);
  });
});

it("the project's own secret is generated, and rotated by a function that Secrets Manager may invoke", () => {
  const { secrets, mayRotate } = describeTemplate(projectTemplate());
  expect(secrets).toMatchObject([
    {
      logicalId: "JwtSignatureSecret",
      initial: { kind: "generated", options: { length: 64, excludePunctuation: true }, within: { key: "signature" } },
      rotation: { functionName: "RotateSecret", rules: { automaticallyAfterDays: 30 } },
    },
  ]);
  expect(mayRotate?.("RotateSecret", secrets[0]?.arn ?? "")).toBe(true);
});

it.each([
  ["a value", "'{{resolve:secretsmanager:app/key:SecretString:password}}'"],
  ["a part of a text", `!Sub 'x{{resolve:ssm:\${AWS::Region}}}'`],
  ["a part of a list", "!Join ['', ['{{resolve:secretsmanager:', 'app/key}}']]"],
])("a dynamic reference as %s ends the start", (_, value) => {
  const fn = `Fn: { Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: index.handler, Environment: { Variables: { A: ${value} } } } }`;
  expect(() => describeSmallTemplate(fn)).toThrow(/^small\.yaml:\d+: dynamic references, as \{\{resolve:/);
});
