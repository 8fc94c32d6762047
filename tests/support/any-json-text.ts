import fc from "fast-check";

/** Texts that a parser and a writer of JSON change between them, or that look like something else. */
export const ODD_JSON_TEXTS = [
  "12345678901234567890",
  "1.0",
  "1e400",
  "-0",
  "0.1000000000000000055",
  "1E+2",
  "null",
  '""',
  "[ ]",
  '{"b":1,"10":2,"2":3,"a":4}',
  '{"a":1,"a":[2],"\\u0061":3}',
  '{"__proto__":{"admin":true},"constructor":null}',
  '{"data":1,"detail":{"data":2},"entityId":"other","userId":"other"}',
  '"\\ud800\\/\\u0041\\u00E9\\b"',
  '"\\"}],{[\\\\"',
  '"é€\u{1f600}\u2028\u007f"',
  ' {\r\n\t"a" : [ 1 , 2 ] } '.trim(),
] as const;

const space = fc.string({ unit: fc.constantFrom(" ", "\n", "\r", "\t"), maxLength: 2 });
const number = fc.stringMatching(/^-?(?:0|[1-9]\d{0,24})(?:\.\d{1,24})?(?:[eE][+-]?\d{1,3})?$/);
/** U+FFFE and U+FFFF cannot be in a message of SQS. */
const character = fc.oneof(
  fc.constantFrom("{", "}", "[", "]", ",", ":", " ", "\\\\", '\\"', "\\/", "\\n", "\\ud800", "\\u005C", "\\uFFFE"),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }).map((one) => JSON.stringify(one).slice(1, -1)),
);
const string = fc.array(character, { maxLength: 8 }).map((characters) => `"${characters.join("")}"`);
const name = fc.oneof(
  fc.constantFrom('"data"', '"d\\u0061ta"', '"detail"', '"\\u0064etail"', '"__proto__"', '"10"', '"2"', '""'),
  string,
);

function listOf(text: fc.Arbitrary<string>, open: string, close: string): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(text, { maxLength: 4 }), space)
    .map(([members, inside]) => `${open}${inside}${members.join(",")}${close}`);
}

function spaced(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(space, text, space).map((parts) => parts.join(""));
}

const { value, object } = fc.letrec<{ value: string; object: string; member: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom("true", "false", "null", ...ODD_JSON_TEXTS),
    number,
    string,
    listOf(spaced(tie("value")), "[", "]"),
    tie("object"),
  ),
  object: listOf(tie("member"), "{", "}"),
  member: fc.tuple(spaced(name), spaced(tie("value"))).map(([before, after]) => `${before}:${after}`),
}));

/** Any JSON text without space around it, also such as no program writes. */
export const anyJsonText = value;

/** The same of an object. Its members are often called `data` or `detail`, also several, and often deeper. */
export const anyObjectText = object;
