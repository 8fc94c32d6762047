import { describe, expect, it } from "vitest";
import { parseCondition } from "../../src/iam/conditions.ts";

/** Whether the condition holds for a request's value; undefined if it cannot be read. */
function holds(operator: string, values: readonly string[], actual: string | undefined): boolean | undefined {
  return parseCondition(operator, "aws:SourceIp", values)?.holdsFor(actual);
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM
const VARIABLE = "${aws:username}";
const ARN = "arn:aws:sqs:us-east-1:123456789012:queue:a";

describe("gw:authorizer-13 an operator, its values, and a value for which it", () => {
  const rows: readonly (readonly [operator: string, values: string[], holds: string, holdsNot: string])[] = [
    ["StringEquals", ["a", "b"], "b", "B"],
    ["StringEquals", ["a*"], "a*", "ab"],
    ["StringNotEquals", ["a", "b"], "B", "b"],
    ["StringEqualsIgnoreCase", ["aB"], "Ab", "a"],
    ["StringNotEqualsIgnoreCase", ["aB"], "a", "AB"],
    ["StringLike", ["a?c*", "z"], "abcd", "ac"],
    ["StringLike", ["A*"], "Ab", "ab"],
    ["StringNotLike", ["a*", "b*"], "c", "bc"],
    ["NumericEquals", ["7.0"], "7", "8"],
    ["NumericNotEquals", ["7"], "8", "7.0"],
    ["NumericLessThan", ["10"], "9", "10"],
    ["NumericLessThanEquals", ["10"], "10", "10.1"],
    ["NumericGreaterThan", ["-1"], "0", "-1"],
    ["NumericGreaterThanEquals", ["10"], "10", "9"],
    ["NumericLessThan", ["10"], "9", "a text"],
    ["DateEquals", ["2026-11-22T12:00:00Z"], "2026-11-22T13:00:00+01:00", "2026-11-22T12:00:01Z"],
    ["DateNotEquals", ["2026-11-22T12:00:00Z"], "2026-11-22T12:00:01Z", "2026-11-22T12:00Z"],
    ["DateLessThan", ["2027"], "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"],
    ["DateLessThanEquals", ["2026-11-22"], "2026-11-22T00:00:00Z", "2026-11-22T00:00:01Z"],
    ["DateGreaterThan", ["1795348800"], "2026-11-22T12:00:01Z", "2026-11-22T12:00:00Z"],
    ["DateGreaterThanEquals", ["2026-11-22T12:00:00Z"], "1795348800", "1795348799"],
    ["Bool", ["true"], "true", "false"],
    ["Bool", ["False"], "false", "true"],
    ["IpAddress", ["203.0.113.0/24", "10.1.2.3"], "203.0.113.255", "203.0.114.0"],
    ["IpAddress", ["10.1.2.3"], "10.1.2.3", "10.1.2.4"],
    ["IpAddress", ["10.1.2.3/8"], "10.255.0.1", "11.1.2.3"],
    ["IpAddress", ["0.0.0.0/0"], "127.0.0.1", "::1"],
    ["IpAddress", ["127.0.0.0/8"], "::ffff:127.0.0.1", "::1"],
    ["IpAddress", ["2001:db8::/32"], "2001:DB8:ffff::1", "2001:db9::1"],
    ["IpAddress", ["::1"], "::1", "::2"],
    ["IpAddress", ["::FFFF:127.0.0.1"], "127.0.0.1", "127.0.0.2"],
    ["IpAddress", ["::/0"], "2001:db8::1", "::ffff:127.0.0.1"],
    ["IpAddress", ["127.0.0.1"], "127.0.0.1", "no address"],
    ["NotIpAddress", ["203.0.113.0/24", "10.0.0.0/8"], "192.0.2.1", "10.9.9.9"],
    ["ArnEquals", ["arn:aws:sqs:*:123456789012:queue:?"], ARN, `${ARN}b`],
    ["ArnLike", ["arn:aws:sqs:*:*:*"], ARN, "arn:aws:sns:us-east-1:123456789012:queue"],
    ["ArnLike", ["arn:*:us-east-1:123456789012:a:*"], "arn:b:us-east-1:123456789012:a:c", ARN],
    ["ArnNotEquals", [ARN], `${ARN}b`, ARN],
    ["ArnLike", ["arn:aws:sqs:*", "arn:aws:sqs:*:*:queue*"], ARN, "arn:aws:sqs:us-east-1:123456789012:other"],
    ["ArnNotEquals", ["*"], ARN, "*"],
    ["ArnNotLike", ["arn:aws:sqs:*:*:q*"], "arn:aws:sqs:us-east-1:1:r", ARN],
  ];

  it.each(rows)("%s %j: %s, and does not: %s", (operator, values, met, unmet) => {
    expect(holds(operator, values, met)).toBe(true);
    expect(holds(operator, values, unmet)).toBe(false);
    expect(holds(`${operator}IfExists`, values, unmet)).toBe(false);
    expect(holds(`${operator}IfExists`, values, undefined)).toBe(true);
    expect(holds(operator, values, undefined), "without the key only a negation holds").toBe(/Not/.test(operator));
  });
});

describe("gw:authorizer-13 Null", () => {
  it.each([
    [["true"], true, false],
    [["false"], false, true],
    [["True", "false"], true, true],
  ])("%j for an absent key: %s, for a present one: %s", (values, absent, present) => {
    expect([holds("Null", values, undefined), holds("Null", values, "")]).toEqual([absent, present]);
  });
});

it.each<[string, string[]]>([
  ["StringMatches", ["a"]],
  ["stringequals", ["a"]],
  ["ForAnyValue:StringEquals", ["a"]],
  ["ForAllValues:StringLike", ["a"]],
  ["BoolNot", ["true"]],
  ["NullIfExists", ["true"]],
  ["BinaryEquals", ["YQ=="]],
  ["", ["a"]],
  ["constructor", ["a"]],
  ["StringEquals", ["a", VARIABLE]],
  ["Null", ["yes"]],
  ["Bool", ["1"]],
  ["NumericEquals", ["seven"]],
  ["NumericEquals", [""]],
  ["DateEquals", ["tomorrow"]],
  ["DateEquals", ["2026-11-22T12:00:00"]],
  ["DateEquals", ["2026-13-01"]],
  ["IpAddress", ["127.0.0.1", "localhost"]],
  ["IpAddress", ["127.0.0"]],
  ["IpAddress", ["127.0.0.1/33"]],
  ["IpAddress", ["127.0.0.1/-1"]],
  ["IpAddress", ["::/129"]],
  ["IpAddress", ["127.0.0.*"]],
  ["IpAddress", ["fe80::1%lo"]],
])("gw:authorizer-13 %s %j is not understood", (operator, values) => {
  expect(parseCondition(operator, "aws:SourceIp", values)).toBeUndefined();
});
