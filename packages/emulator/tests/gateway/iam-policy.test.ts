import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluatePolicy } from "../../src/gateway/iam-policy.ts";

const ACTION = "execute-api:Invoke";
const RESOURCE = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/dev/$connect";

function allows(statement: Readonly<Record<string, unknown>>): unknown {
  return evaluatePolicy(
    { Statement: [{ Effect: "Allow", Action: ACTION, Resource: "*", ...statement }] },
    ACTION,
    RESOURCE,
  );
}

describe("gw:authorizer-12 patterns", () => {
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
          ACTION,
          text,
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
    [{ Statement: [{ Effect: "Allow", NotAction: "s3:*", Resource: "*" }] }],
    [{ Statement: [{ Effect: "Allow", Action: "*", Resource: 1 }] }],
    [{ Statement: [{ Effect: "Permit", Action: "*", Resource: "*" }] }],
    [{ Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }, null] }],
  ])("%j", (document) => {
    expect(evaluatePolicy(document, ACTION, RESOURCE)).toBeUndefined();
  });

  it("no statement denies", () => {
    expect(evaluatePolicy({ Statement: [] }, ACTION, RESOURCE)).toBe("implicitly-denied");
  });

  it("gw:authorizer-13 a condition cancels an Allow, but not a Deny", () => {
    expect(allows({ Condition: {} })).toBe("implicitly-denied");
    expect(allows({ Effect: "Deny", Condition: {} })).toBe("explicitly-denied");
  });
});
