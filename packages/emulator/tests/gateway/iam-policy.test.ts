import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluatePolicy } from "../../src/gateway/iam-policy.ts";

const ACTION = "execute-api:Invoke";
const RESOURCE = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/dev/$connect";

// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM
const VARIABLE = "arn:*:${aws:username}/*";
const CONTEXT = new Map([
  ["aws:currenttime", "2026-11-22T12:00:00Z"],
  ["aws:sourceip", "127.0.0.1"],
  ["aws:useragent", undefined],
]);
const REQUEST = { action: ACTION, resource: RESOURCE, context: CONTEXT };

function allows(statement: Readonly<Record<string, unknown>>): unknown {
  return evaluatePolicy({ Statement: [{ Effect: "Allow", Action: ACTION, Resource: "*", ...statement }] }, REQUEST);
}

describe("gw:authorizer-10 gw:authorizer-12 patterns", () => {
  it.each([
    ["*", "*"],
    ["execute-api:*", RESOURCE],
    ["EXECUTE-API:invoke", "arn:*:a1b2c3d4e5/dev/*"],
    ["execute-api:Invok?", RESOURCE.replace("dev", "d?v")],
    [
      ["s3:*", "execute-api:Invoke"],
      ["nothing", RESOURCE],
    ],
  ])("%j on %j allows", (Action, Resource) => {
    expect(allows({ Action, Resource })).toBe("allowed");
  });

  it.each([
    ["execute-api:Invoke?", RESOURCE],
    ["execute-api", RESOURCE],
    ["", RESOURCE],
    [ACTION, ""],
    [ACTION, RESOURCE.toUpperCase()],
    [ACTION, `${RESOURCE}?`],
    [ACTION, `${RESOURCE}/*`],
    [[], RESOURCE],
    [ACTION, []],
  ])("%j on %j does not", (Action, Resource) => {
    expect(allows({ Action, Resource })).toBe("implicitly-denied");
  });

  it("agrees with a regular expression on any pattern", () => {
    const letters = fc.stringMatching(/^[ab*?]{0,12}$/);
    fc.assert(
      fc.property(letters, fc.stringMatching(/^[ab]{0,12}$/), (pattern, text) => {
        const oracle = new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`);
        const decision = evaluatePolicy(
          { Statement: { Effect: "Allow", Action: "*", Resource: pattern } },
          { ...REQUEST, resource: text },
        );
        expect(decision === "allowed").toBe(oracle.test(text));
      }),
    );
  });

  it("is fast for a pattern with many stars", () => {
    const pattern = `${"*a".repeat(2_000)}b`;
    expect(allows({ Resource: pattern })).toBe("implicitly-denied");
  });
});

describe("malformed policy documents", () => {
  it.each([
    [undefined],
    [null],
    ["Allow"],
    [[]],
    [{}],
    [{ Statement: "Allow" }],
    [{ Statement: [{ Effect: "Allow", Resource: "*" }] }],
    [{ Statement: [{ Effect: "Allow", Action: "*" }] }],
    [{ Statement: [{ Effect: "Allow", Action: "*", NotAction: "s3:*", Resource: "*" }] }],
    [{ Statement: [{ Effect: "Allow", NotAction: [], Resource: "*" }] }],
    [{ Statement: [{ Effect: "Allow", Action: "*", NotResource: "" }] }],
    [{ Statement: [{ Effect: "Allow", Action: "*", Resource: 1 }] }],
    [{ Statement: [{ Effect: "Permit", Action: "*", Resource: "*" }] }],
    [{ Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }, null] }],
  ])("%j", (document) => {
    expect(evaluatePolicy(document, REQUEST)).toBeUndefined();
  });

  it("no statement denies", () => {
    expect(evaluatePolicy({ Statement: [] }, REQUEST)).toBe("implicitly-denied");
  });
});

describe("gw:authorizer-12 exceptions", () => {
  const evaluate = (statement: object) => evaluatePolicy({ Statement: { Effect: "Allow", ...statement } }, REQUEST);

  it.each([
    [{ NotAction: "s3:*", Resource: "*" }, "allowed"],
    [{ NotAction: ["s3:*", "EXECUTE-API:*"], Resource: "*" }, "implicitly-denied"],
    [{ Action: ACTION, NotResource: "*/prod/*" }, "allowed"],
    [{ Action: ACTION, NotResource: ["*/prod/*", "*/dev/*"] }, "implicitly-denied"],
  ])("%j: %s", (statement, decision) => {
    expect(evaluate(statement)).toBe(decision);
  });
});

describe("gw:authorizer-13 conditions", () => {
  const LOCAL = { "aws:SourceIp": "127.0.0.0/8" };
  const FOREIGN = { "AWS:sourceip": ["203.0.113.0/24", "198.51.100.1"] };
  const rows: readonly (readonly [title: string, condition: unknown, holds: boolean])[] = [
    ["none", {}, true],
    ["one that holds", { IpAddress: LOCAL }, true],
    ["one that does not", { IpAddress: FOREIGN }, false],
    ["two operators that hold", { IpAddress: LOCAL, NotIpAddress: FOREIGN }, true],
    ["two operators, one of which holds", { IpAddress: LOCAL, Null: { "aws:UserAgent": false } }, false],
    ["two keys that hold", { Null: { "aws:UserAgent": true, "aws:SourceIp": "false" } }, true],
    ["two keys, one of which holds", { Null: { "aws:UserAgent": true, "aws:SourceIp": "true" } }, false],
    ["an absent key", { StringLike: { "aws:UserAgent": "*" } }, false],
    ["an absent key, negated", { StringNotLike: { "aws:UserAgent": "curl/*" } }, true],
    ["a date", { DateLessThan: { "aws:CurrentTime": "2026-11-22T12:00:01Z" } }, true],
  ];

  it.each(rows)("%s", (_, Condition, holds) => {
    expect(allows({ Condition })).toBe(holds ? "allowed" : "implicitly-denied");
    expect(allows({ Effect: "Deny", Condition })).toBe(holds ? "explicitly-denied" : "implicitly-denied");
  });

  it.each([
    ["an unknown operator", { Condition: { StringMatches: LOCAL } }],
    ["an operator for sets", { Condition: { "ForAnyValue:IpAddress": LOCAL } }],
    ["an unknown key", { Condition: { IpAddress: { "aws:VpcSourceIp": "10.0.0.0/8" } } }],
    [
      "an unknown key beside a condition that fails",
      { Condition: { Null: { "aws:userid": true }, IpAddress: FOREIGN } },
    ],
    ["a malformed value", { Condition: { IpAddress: { "aws:SourceIp": "here" } } }],
    ["an object as value", { Condition: { IpAddress: { "aws:SourceIp": {} } } }],
    ["a condition that is no map", { Condition: [LOCAL] }],
    ["an operator without a map", { Condition: { IpAddress: "127.0.0.1" } }],
    ["another element", { Principal: "*" }],
    ["a variable in the resource", { Resource: VARIABLE }],
    ["a variable in the exceptions", { Resource: undefined, NotResource: VARIABLE }],
  ])("AG-4 %s allows nothing, and denies", (_, statement) => {
    expect(allows(statement)).toBe("implicitly-denied");
    expect(allows({ Effect: "Deny", ...statement })).toBe("explicitly-denied");
    expect(allows({ Effect: "Deny", ...statement, Action: "s3:*" }), "of another action").toBe("implicitly-denied");
  });
});
