import { forgeJws } from "../forged-jws.ts";
import { type Attack, rowsOf, type Target, withClaims, withClaimsText, withHeader } from "./attack.ts";

const a11 = rowsOf("attack:A11", 20);
const a12 = rowsOf("attack:A12", 436);
const a13 = rowsOf("attack:A13", 176);
const a14 = rowsOf("attack:A14", 176);

const ILL_FORMED_UTF8: readonly (readonly [title: string, bytes: readonly number[]])[] = [
  ["a lone continuation byte", [0x80]],
  ["an overlong slash", [0xc0, 0xaf]],
  ["a surrogate", [0xed, 0xa0, 0x80]],
  ["a cut sequence", [0xe2, 0x82]],
  ["what lies beyond Unicode", [0xf5, 0x80, 0x80, 0x80]],
];

const contents: readonly Attack[] = [
  ...["not json", "[]", '"{}"', "1", "null", "true", "{}{}", "{'a':1}", "{"].flatMap((text) => [
    a11("TOKEN_MALFORMED", `a header of ${text}`, (target) => withHeader(target, text)),
    a11("TOKEN_MALFORMED", `a payload of ${text}`, ({ secret }) => forgeJws({ payload: text, key: secret })),
  ]),
  a11("ALGORITHM_NOT_ALLOWED", "a header of {}", (target) => withHeader(target, "{}")),
  a11("EXPIRY_INVALID", "a payload of {}", ({ secret }) => forgeJws({ payload: "{}", key: secret })),
  a12("TOKEN_MALFORMED", "a byte order mark before the header", (target) =>
    withHeader(target, '\ufeff{"alg":"HS256"}'),
  ),
  a12("TOKEN_MALFORMED", "a byte order mark before the payload", (target) =>
    withClaimsText(target, (json) => `\ufeff${json}`),
  ),
  ...ILL_FORMED_UTF8.map(([title, bytes]) =>
    a13("TOKEN_MALFORMED", `${title} in a name of the payload`, (target) =>
      withClaimsText(target, (json) =>
        Buffer.concat([Buffer.from(`${json.slice(0, -1)},"name":"`), Buffer.from(bytes), Buffer.from('"}')]),
      ),
    ),
  ),
  a14("TOKEN_MALFORMED", "a payload in UTF-16", (target) =>
    withClaimsText(target, (json) => Buffer.from(json, "utf16le")),
  ),
  a14("TOKEN_MALFORMED", "a payload in UTF-16 with its mark", (target) =>
    withClaimsText(target, (json) => Buffer.from(`\ufeff${json}`, "utf16le")),
  ),
];

const a15 = rowsOf("attack:A15", 770);
const a16 = rowsOf("attack:A16", 674);
const a17 = rowsOf("attack:A17", 770);

/** A good token of exactly so many characters, by a claim that fills it. */
function ofLength(target: Target, characters: number): string {
  const token = (filler: number) => withClaims(target, { filler: "x".repeat(filler) });
  let filler = Math.floor(((characters - token(0).length) * 3) / 4) - 2;
  while (token(filler).length < characters) filler += 1;
  return token(filler);
}

const nested = (levels: number) => (json: string) =>
  `${json.slice(0, -1)},"deep":${'{"a":'.repeat(levels)}1${"}".repeat(levels)}}`;

const sizes: readonly Attack[] = [
  ...[8193, 65_536, 1_048_576].map((characters) =>
    a15("TOKEN_TOO_LARGE", `${characters} characters, rightly signed`, (target) => ofLength(target, characters)),
  ),
  a16("TOKEN_MALFORMED", "17 levels", (target) => withClaimsText(target, nested(16))),
  a16("TOKEN_MALFORMED", "900 levels", (target) => withClaimsText(target, nested(900))),
  a16("TOKEN_MALFORMED", "2,500 levels of arrays", (target) =>
    withClaimsText(target, (json) => `${json.slice(0, -1)},"deep":${"[".repeat(2500)}${"]".repeat(2500)}}`),
  ),
  a16("TOKEN_TOO_LARGE", "5,000 levels", (target) => withClaimsText(target, nested(5000))),
  a16("TOKEN_TOO_LARGE", "200,000 levels", (target) => withClaimsText(target, nested(200_000))),
  a17("TOKEN_TOO_LARGE", "10,000 claims", (target) =>
    withClaims(target, Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`claim${index}`, index]))),
  ),
  a17("TOKEN_TOO_LARGE", "a claim of 1 MB", (target) => withClaims(target, { claim: "x".repeat(1_000_000) })),
  a17("TOKEN_TOO_LARGE", "a name of 100 KB", (target) => withClaims(target, { ["x".repeat(100_000)]: 1 })),
];

export const malformedContents: readonly Attack[] = [...contents, ...sizes];
