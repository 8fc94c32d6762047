import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileEventPattern } from "../../src/eventbridge/event-pattern.ts";
import type { PlainObject } from "../../src/json.ts";
import { slowlyMatches } from "../support/event-pattern-oracle.ts";

const matches = (pattern: unknown, event: PlainObject): boolean => compileEventPattern(pattern)(event);

type Row = readonly [about: string, pattern: unknown, event: PlainObject, expected: boolean];

describe("EventBridge user guide, comparison operators, on one field", () => {
  it.each<readonly [about: string, values: unknown, found: unknown, expected: boolean]>([
    ["equals", ["Alice"], "Alice", true],
    ["equals, another", ["Alice"], "alice", false],
    ["empty", [""], "", true],
    ["empty, of something", [""], "x", false],
    ["null", [null], null, true],
    ["null is not empty", [null], "", false],
    ["null is not absent", [null], undefined, false],
    ["number", [100], 100, true],
    ["number, of its text", [100], "100", false],
    ["number, differently spelt", [300], 3.0e2, true],
    ["true", [true], true, true],
    ["true, of its text", [true], "true", false],
    ["or among values", ["Credit", "Debit"], "Debit", true],
    ["array in the event", ["a", "b"], ["x", "b"], true],
    ["array in the event, nothing common", ["a", "b"], ["x", "y"], false],
    ["array in the event, empty", [null], [], false],
    ["prefix", [{ prefix: "us-" }], "us-east-1", true],
    ["prefix, elsewhere", [{ prefix: "us-" }], "eu-us-1", false],
    ["prefix, of a number", [{ prefix: "1" }], 12, false],
    ["prefix ignoring case", [{ prefix: { "equals-ignore-case": "EventB" } }], "eventbridge", true],
    ["suffix", [{ suffix: ".png" }], "cat.png", true],
    ["suffix, elsewhere", [{ suffix: ".png" }], "cat.png.txt", false],
    ["suffix ignoring case", [{ suffix: { "equals-ignore-case": "tBridge" } }], "EVENTBRIDGE", true],
    ["equals-ignore-case", [{ "equals-ignore-case": "alice" }], "ALICE", true],
    ["equals-ignore-case, longer", [{ "equals-ignore-case": "alice" }], "alices", false],
    ["equals-ignore-case, empty", [{ "equals-ignore-case": "" }], "", true],
    ["anything-but", [{ "anything-but": "initializing" }], "running", true],
    ["anything-but, that", [{ "anything-but": "initializing" }], "initializing", false],
    ["anything-but, absent", [{ "anything-but": "initializing" }], undefined, false],
    ["anything-but, null", [{ "anything-but": "initializing" }], null, true],
    ["anything-but, a number", [{ "anything-but": "initializing" }], 1, true],
    ["anything-but, one element of two", [{ "anything-but": "a" }], ["a", "b"], true],
    ["anything-but a list", [{ "anything-but": ["stopped", "overloaded"] }], "overloaded", false],
    ["anything-but a number", [{ "anything-but": 0 }], 0, false],
    ["anything-but numbers", [{ "anything-but": [100, 200] }], 300, true],
    ["anything-but prefix", [{ "anything-but": { prefix: "init" } }], "initial", false],
    ["anything-but prefix, a number", [{ "anything-but": { prefix: "init" } }], 5, true],
    ["anything-but prefixes", [{ "anything-but": { prefix: ["a", "b"] } }], "bcd", false],
    ["anything-but prefixes, another", [{ "anything-but": { prefix: ["a", "b"] } }], "cde", true],
    ["anything-but suffix", [{ "anything-but": { suffix: ".txt" } }], "a.txt", false],
    ["anything-but suffixes", [{ "anything-but": { suffix: [".txt", ".rtf"] } }], "a.png", true],
    ["anything-but ignoring case", [{ "anything-but": { "equals-ignore-case": "Init" } }], "iNIT", false],
    ["anything-but a list ignoring case", [{ "anything-but": { "equals-ignore-case": ["a", "b"] } }], "C", true],
    ["anything-but wildcard", [{ "anything-but": { wildcard: "*/lib/*" } }], "/usr/lib/x", false],
    ["anything-but wildcards", [{ "anything-but": { wildcard: ["*/lib/*", "*/bin/*"] } }], "/usr/x", true],
    ["exists", [{ exists: true }], "", true],
    ["exists, null", [{ exists: true }], null, true],
    ["exists, absent", [{ exists: true }], undefined, false],
    ["exists, not a leaf", [{ exists: true }], { a: 1 }, false],
    ["exists: false", [{ exists: false }], undefined, true],
    ["exists: false, there", [{ exists: false }], 1, false],
    ["exists: false, not a leaf", [{ exists: false }], { a: 1 }, true],
    ["exists: false or a value", ["x", { exists: false }], "x", true],
    ["exists: false or a value, absent", ["x", { exists: false }], undefined, true],
    ["only exists: false", [{ exists: false }], null, false],
    ["exists: false or a value, another", ["x", { exists: false }], "y", false],
    ["numeric =", [{ numeric: ["=", 3.018e2] }], 301.8, true],
    ["numeric <", [{ numeric: ["<", 10] }], 10, false],
    ["numeric <=", [{ numeric: ["<=", 10] }], 10, true],
    ["numeric >", [{ numeric: [">", 10] }], 10, false],
    ["numeric >=", [{ numeric: [">=", 10] }], 10, true],
    ["numeric range, below", [{ numeric: [">", 10, "<=", 20] }], 10, false],
    ["numeric range, inside", [{ numeric: [">", 10, "<=", 20] }], 20, true],
    ["numeric range, above", [{ numeric: [">", 10, "<=", 20] }], 20.000001, false],
    ["numeric, of text", [{ numeric: [">", 0] }], "1", false],
    ["numeric, beyond what is comparable", [{ numeric: [">", 0] }], 5.1e9, false],
    ["wildcard", [{ wildcard: "dir/*.png" }], "dir/a/b.png", true],
    ["wildcard, nothing between", [{ wildcard: "dir/*.png" }], "dir/.png", true],
    ["wildcard, overlapping ends", [{ wildcard: "aba*aba" }], "aba", false],
    ["wildcard, middles in order", [{ wildcard: "*a*b*" }], "xbxa", false],
    ["wildcard, middles may not overlap", [{ wildcard: "*aa*ab*" }], "aab", false],
    ["wildcard, escaped star", [{ wildcard: "a\\*b" }], "a*b", true],
    ["wildcard, escaped star is no wildcard", [{ wildcard: "a\\*b" }], "axb", false],
    ["wildcard, escaped backslash before a star", [{ wildcard: "a\\\\*" }], "a\\xyz", true],
    ["cidr", [{ cidr: "10.0.0.0/24" }], "10.0.0.255", true],
    ["cidr, outside", [{ cidr: "10.0.0.0/24" }], "10.0.1.0", false],
    ["cidr, not an address", [{ cidr: "10.0.0.0/24" }], "ten", false],
    ["cidr v6", [{ cidr: "2001:db8::/32" }], "2001:db8::1", true],
    ["cidr v6, outside", [{ cidr: "2001:db8::/32" }], "2001:db9::1", false],
  ])("%s", (_about, values, found, expected) => {
    expect(matches({ field: values }, found === undefined ? {} : { field: found })).toBe(expected);
  });
});

describe("structure", () => {
  const order = {
    source: "shop",
    "detail-type": "Order",
    detail: {
      id: 7,
      lines: [
        { sku: "a", n: 1 },
        { sku: "b", n: 2 },
      ],
    },
  };

  it.each<Row>([
    ["and among fields", { source: ["shop"], "detail-type": ["Order"] }, order, true],
    ["and among fields, one wrong", { source: ["shop"], "detail-type": ["Refund"] }, order, false],
    ["nested", { detail: { id: [7] } }, order, true],
    ["nested, under a leaf", { source: { id: [7] } }, order, false],
    ["nested absence under nothing", { nowhere: { deeper: [{ exists: false }] } }, order, true],
    ["fields of one element", { detail: { lines: { sku: ["b"], n: [2] } } }, order, true],
    ["fields of different elements", { detail: { lines: { sku: ["a"], n: [2] } } }, order, false],
    ["absence is of the whole array", { detail: { lines: { sku: ["a"], n: [{ exists: false }] } } }, order, false],
    ["arrays in arrays", { a: [2] }, { a: [[1], [[2]]] }, true],
    ["names are case-sensitive", { Source: ["shop"] }, order, false],
    ["no inherited property", { constructor: [{ exists: true }] }, order, false],
    ["__proto__ is a name like any other", JSON.parse('{"__proto__":["x"]}'), JSON.parse('{"__proto__":"x"}'), true],
    ["a dotted name in the pattern is a path", { "detail.id": [7] }, order, true],
    ["a dotted name in the pattern, under another", { detail: { "lines.sku": ["b"], "lines.n": [2] } }, order, true],
    ["dotted names of different elements", { "detail.lines.sku": ["a"], "detail.lines.n": [2] }, order, false],
    ["a dotted name in the event is a path", { detail: { a: { b: [1] } } }, { "detail.a": { b: 1 } }, true],
    ["dotted names on both sides, cut elsewhere", { "a.b": { c: [1] } }, { a: { "b.c": 1 } }, true],
    ["a dotted name and a nested one are one field", { a: { b: [1], c: [3] } }, { a: { c: 3 }, "a.b": 1 }, true],
    ["a dotted name beside a nested one", { a: { b: [2] } }, { "a.b": 1, a: { b: 2 } }, true],
    ["a dotted name beside an array", { a: { b: [1], c: [3] } }, { a: [{ b: 1 }, { b: 2 }], "a.c": 3 }, true],
    ["the absence of a dotted name", { "a.b": [{ exists: false }] }, { a: { b: 1 } }, false],
    ["a path that stands twice: the last counts", { "a.b": ["x"], a: { b: ["y"] } }, { a: { b: "y" } }, true],
    ["a reserved name outside $or", { numeric: [7], prefix: ["x"] }, { numeric: 7, prefix: "x" }, true],
    ["$or, first", { $or: [{ source: ["shop"] }, { "detail-type": ["x"] }] }, order, true],
    ["$or, second", { $or: [{ source: ["x"] }, { "detail-type": ["Order"] }] }, order, true],
    ["$or, neither", { $or: [{ source: ["x"] }, { "detail-type": ["x"] }] }, order, false],
    ["$or and more", { source: ["x"], $or: [{ detail: { id: [7] } }, { account: ["1"] }] }, order, false],
    ["$or inside", { detail: { $or: [{ id: [{ numeric: [">", 100] }] }, { lines: { sku: ["a"] } }] } }, order, true],
    [
      "$or shares the array element with what stands outside",
      { detail: { lines: { sku: ["a"] } }, $or: [{ detail: { lines: { n: [2] } } }, { source: ["x"] }] },
      order,
      false,
    ],
  ])("%s", (_about, pattern, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });
});

describe("patterns that EventBridge refuses", () => {
  it.each<readonly [reason: string, pattern: unknown]>([
    ["Filter is not an object", ["x"]],
    ["Filter is not an object", null],
    ["Empty objects are not allowed", {}],
    ["Empty objects are not allowed", { detail: {} }],
    ["Empty arrays are not allowed", { source: [] }],
    ['"source" must be an object or an array', { source: "x" }],
    ['"source" must be an object or an array', { source: 42 }],
    ["Match value must be String, number, true, false, or null", { source: [["x"]] }],
    ["Unrecognized match type EXISTS", { source: [{ EXISTS: true }] }],
    ["Match expression name not found", { source: [{}] }],
    ["Only one key allowed in match expression", { source: [{ prefix: "a", suffix: "b" }] }],
    ["Only one key allowed in match expression", { source: [{ exists: false, suffix: "b" }] }],
    ["exists match pattern must be either true or false.", { source: [{ exists: "false" }] }],
    ["prefix match pattern must be a string", { source: [{ prefix: 1 }] }],
    ["suffix match pattern must be a string", { source: [{ suffix: ["a"] }] }],
    ["equals-ignore-case match pattern must be a string", { source: [{ "equals-ignore-case": ["a"] }] }],
    ["Unsupported prefix pattern: wildcard", { source: [{ prefix: { wildcard: "a" } }] }],
    ["Consecutive wildcard characters", { source: [{ wildcard: "a**b" }] }],
    ["Invalid escape character", { source: [{ wildcard: "a\\b" }] }],
    ["Invalid escape character", { source: [{ wildcard: "a\\" }] }],
    ["Value of numeric must be an array.", { source: [{ numeric: 5 }] }],
    ["Bad numeric range operator: >", { source: [{ numeric: [">", 0, ">", 0] }] }],
    ["Value of < must be numeric", { source: [{ numeric: [">", 0, "<"] }] }],
    ["Unrecognized numeric range operator: !=", { source: [{ numeric: ["!=", 0] }] }],
    ["Unrecognized numeric range operator: undefined", { source: [{ numeric: [] }] }],
    ["Too many elements in numeric expression", { source: [{ numeric: ["=", 0, "<", 1] }] }],
    ["Too many terms in numeric range expression", { source: [{ numeric: [">", 0, "<", 1, "<", 2] }] }],
    ["Bottom must be less than top", { source: [{ numeric: [">", 2, "<", 1] }] }],
    ["Value must be between -5.0E9 and 5.0E9, inclusive", { source: [{ numeric: [">", 6e9] }] }],
    [
      "Inside anything but list, either all values are number or string, mixed type",
      { source: [{ "anything-but": ["a", 1] }] },
    ],
    ["Inside anything but list, start|null|boolean is not supported.", { source: [{ "anything-but": [null] }] }],
    ["Value of anything-but must be an array or single string/number value.", { source: [{ "anything-but": null }] }],
    ["Value must be between -5.0E9 and 5.0E9, inclusive", { source: [{ "anything-but": [1, 6e9] }] }],
    ["Match value must be String, number, true, false, or null", { source: [Number.NaN] }],
    [
      "Inside anything but list, either all values are number or string, mixed type",
      { source: [{ "anything-but": [] }] },
    ],
    ["Unsupported anything-but pattern: numeric", { source: [{ "anything-but": { numeric: ["=", 1] } }] }],
    ["Null prefix/suffix not allowed", { source: [{ "anything-but": { prefix: "" } }] }],
    [
      "Value of anything-but must be an array or single string/number value.",
      { source: [{ "anything-but": { prefix: { "equals-ignore-case": "a" } } }] },
    ],
    ["prefix/suffix match pattern must be a string", { source: [{ "anything-but": { suffix: [1] } }] }],
    ["wildcard match pattern must be a string", { source: [{ "anything-but": { wildcard: 1 } }] }],
    [
      "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
      { source: [{ "anything-but": { "equals-ignore-case": [1] } }] },
    ],
    ["Rule is too complex", { source: [{ wildcard: "*:*:*:*:*:event-bus/*" }] }],
    ["Rule is too complex", { source: [{ "anything-but": { wildcard: `*${"a".repeat(500)}` } }] }],
    ["It has more than 2048 characters", { source: ["x".repeat(2040)] }],
    ["Malformed CIDR, one '/' required", { source: [{ cidr: "10.0.0.0" }] }],
    ["Nonstandard IP address", { source: [{ cidr: "10.0.0/24" }] }],
    ["Malformed CIDR, mask bits", { source: [{ cidr: "10.0.0.0/33" }] }],
    ["It must be an Array followed with $or.", { $or: { a: ["x"] } }],
    ["There must have at least 2 Objects in $or relationship.", { $or: [{ a: ["x"] }] }],
    ["Only JSON object is allowed in array of $or relationship.", { $or: [{ a: ["x"] }, "y"] }],
    ["Rule has too many $or combinations", doubled(10)],
    ["numeric is Ruler reserved fieldName which", { $or: [{ a: ["x"] }, { numeric: ["x"] }] }],
    ["date-after is Ruler reserved fieldName which", { $or: [{ a: ["x"] }, { b: { "date-after": ["x"] } }] }],
  ])("%s", (reason, pattern) => {
    expect(() => compileEventPattern(pattern)).toThrow(`Event pattern is not valid. Reason: ${reason}`);
  });

  it.each([
    ["/Users/*/dir/dir/dir/dir/dir/doc.txt", "/Users/ann/dir/dir/dir/dir/dir/doc.txt"],
    ["arn:aws:events:us-east-1:*:event-bus/*", "arn:aws:events:us-east-1:123456789012:event-bus/a"],
  ])("allows the wildcards of %s, as PutRule did", (wildcard, text) => {
    expect(matches({ source: [{ wildcard }] }, { source: text })).toBe(true);
  });

  it("allows $or as long as it stays below a thousand combinations", () => {
    const event = Object.fromEntries(Array.from({ length: 9 }, (_, level) => [`l${level}`, { b: 1 }]));
    expect(matches(doubled(9), event)).toBe(true);
  });
});

/** A pattern of two to the power of `levels` combinations. */
function doubled(levels: number): PlainObject {
  const either = { $or: [{ a: [1] }, { b: [1] }] };
  return Object.fromEntries(Array.from({ length: levels }, (_, level) => [`l${level}`, either]));
}

function waysThrough(pattern: PlainObject): number {
  return Object.entries(pattern).reduce((ways, [name, value]) => {
    if (name === "$or") return ways * (value as PlainObject[]).reduce((sum, branch) => sum + waysThrough(branch), 0);
    return Array.isArray(value) ? ways : ways * waysThrough(value as PlainObject);
  }, 1);
}

describe("against the slow oracle", () => {
  const name = fc.constantFrom("a", "b", "c", "a.b", "b.c");
  const leaf = fc.constantFrom<unknown>("x", "xy", "y", 1, null, true);
  const value = fc.oneof(
    leaf,
    fc.constant({ exists: true }),
    fc.constant({ exists: false }),
    fc.constant({ "anything-but": "x" }),
    fc.constant({ prefix: "x" }),
  );
  const { pattern } = fc.letrec<{ pattern: PlainObject; field: unknown; branch: PlainObject }>((tie) => ({
    pattern: fc
      .tuple(
        fc.dictionary(name, tie("field"), { minKeys: 1, maxKeys: 3 }),
        fc.option(fc.array(tie("branch"), { minLength: 2, maxLength: 2 }), { freq: 3 }),
      )
      .map(([fields, $or]) => ($or === null ? fields : { ...fields, $or })),
    branch: fc.dictionary(name, fc.array(value, { minLength: 1, maxLength: 2 }), { minKeys: 1, maxKeys: 2 }),
    field: fc.oneof(
      { maxDepth: 2, depthIdentifier: "pattern" },
      fc.array(value, { minLength: 1, maxLength: 2 }),
      tie("pattern"),
    ),
  }));
  const { object } = fc.letrec<{ object: PlainObject; member: unknown }>((tie) => ({
    object: fc.dictionary(name, tie("member"), { maxKeys: 3 }),
    member: fc.oneof(
      { maxDepth: 3, depthIdentifier: "event" },
      leaf,
      tie("object"),
      fc.array(tie("member"), { maxLength: 3 }),
    ),
  }));

  it("agrees on every generated pattern and event, with both results among them", () => {
    const answers = { true: 0, false: 0 };
    fc.assert(
      fc.property(pattern, object, (wanted, event) => {
        fc.pre(waysThrough(wanted) <= 200);
        const answer = matches(wanted, event);
        answers[`${answer}`] += 1;
        expect(answer).toBe(slowlyMatches(wanted, event));
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(answers.true, answers.false)).toBeGreaterThan(100);
  });
});
