// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::ForEach has such placeholders.
import { describe, expect, it } from "vitest";
import { readTemplate } from "../../src/template/read-template.ts";
import { localAccount } from "../support/project-template.ts";
import { smallTemplate } from "../support/small-template.ts";

function describeWith(sections: string, given: Readonly<Record<string, string>> = {}, ...resources: readonly string[]) {
  const text = `${smallTemplate(...resources)}${sections}\n`;
  return readTemplate({ file: "small.yaml", text, parameters: given, account: localAccount() });
}

const withVariable = (value: string) =>
  `Fn: { Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: a.b, Environment: { Variables: { X: ${value} } } } }`;

describe("a parameter", () => {
  const variableOf = (type: string, given: string) =>
    describeWith(`Parameters: { P: { Type: ${type} } }`, { P: given }, withVariable("!Join ['+', [!Ref P]]"))
      .functions[0]?.environment["X"];
  const listOf = (type: string, given: string) =>
    describeWith(`Parameters: { P: { Type: ${type} } }`, { P: given }, withVariable("!Join ['+', !Ref P]")).functions[0]
      ?.environment["X"];

  it.each([
    ["String", "a"],
    ["AWS::EC2::VPC::Id", "vpc-1"],
    ["AWS::Route53::HostedZone::Id", "Z1"],
    ["AWS::SSM::Parameter::Value<String>", "from the flag"],
    ["AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "ami-1"],
  ])("of the type %s is a text", (type, given) => {
    expect(variableOf(type, given)).toBe(given);
  });

  it.each([
    "CommaDelimitedList",
    "List<String>",
    "List<AWS::EC2::Subnet::Id>",
    "AWS::SSM::Parameter::Value<List<String>>",
    "AWS::SSM::Parameter::Value<CommaDelimitedList>",
  ])("of the type %s is a list", (type) => {
    expect(listOf(type, "a, b")).toBe("a+b");
  });

  it("with its value in Parameter Store needs one here, and its default is none", () => {
    const parameters = "Parameters: { TableName: { Type: AWS::SSM::Parameter::Value<String>, Default: /chat/table } }";

    expect(() => describeWith(parameters)).toThrow(
      "parameter TableName has its value in Parameter Store, so it must be given one here",
    );
    expect(describeWith(parameters, { TableName: "t" }).functions).toHaveLength(1);
  });

  it("without a default is named", () => {
    expect(() => describeWith("Parameters: { TableName: { Type: String } }")).toThrow(
      "parameter TableName has no default",
    );
  });

  it("may be held to the rules of a template", () => {
    const sections = (assertion: string) =>
      `Parameters: { P: { Type: CommaDelimitedList, Default: "a,b" } }\nRules: { R: { Assertions: [{ Assert: ${assertion}, AssertDescription: broken }] } }`;

    for (const holds of ["!Contains [!Ref P, a]", "!EachMemberIn [!Ref P, [a, b, c]]", "!EachMemberEquals [[a, a], a]"])
      expect(describeWith(sections(holds)).functions).toHaveLength(1);
    for (const broken of ["!Contains [!Ref P, c]", "!EachMemberIn [!Ref P, [a]]", "!EachMemberEquals [!Ref P, a]"])
      expect(() => describeWith(sections(broken))).toThrow("broken");
  });
});

describe("a function of CloudFormation that is not emulated", () => {
  it("is no mistake in a property that is not read", () => {
    const { warnings } = describeWith(
      "Outputs: { O: { Value: !ImportValue x } }",
      {},
      "Fn: { Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: a.b, Description: !ImportValue d, Layers: [!ImportValue l], Policies: [{ Statement: [{ Resource: !ImportValue r }] }], VpcConfig: { Fn::Transform: { Name: vpc } } } }",
      "Table: { Type: AWS::DynamoDB::Table, Properties: { KeySchema: !ImportValue k } }",
      "Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: !ImportValue t } }",
    );

    expect(warnings).toEqual([
      "small.yaml:3: Fn.Layers is not emulated: layers are not loaded here, only modules in node_modules",
    ]);
  });

  it("is named with its line where it is read", () => {
    expect(() => describeWith("", {}, withVariable("!ImportValue table"))).toThrow(
      "small.yaml:3: Fn::ImportValue is not known to the emulator: another stack exports the value",
    );
  });

  it.each([
    ["Fn::ForEach::Tables: [N, [a, b], { 'Table${N}': { Type: AWS::DynamoDB::Table } }]", "Fn::ForEach::Tables"],
    ["Fn::Transform: { Name: AWS::Include }", "Fn::Transform"],
  ])("is refused where it makes resources: %s", (line, name) => {
    expect(() => describeWith("", {}, line)).toThrow(
      `small.yaml:3: ${name} is not known to the emulator: write out the resources that it makes`,
    );
    const alone = { file: "alone.yaml", text: `Resources:\n  ${line}\n`, parameters: {}, account: localAccount() };
    expect(() => readTemplate(alone)).toThrow(/^alone\.yaml:\d: .*write out the resources that it makes/);
  });
});
