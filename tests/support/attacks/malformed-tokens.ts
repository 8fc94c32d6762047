import { encodePart, signSegments } from "../forged-jws.ts";
import { goodClaims, goodToken } from "../good-token.ts";
import { type Attack, rowsOf, type Target, withClaims } from "./attack.ts";

const good = ({ now, secret }: Target): string => goodToken(now, secret);

const parts = (target: Target) => good(target).split(".") as [header: string, payload: string, signature: string];

const a2 = rowsOf("attack:A2", 20);
const a3 = rowsOf("attack:A3", 20);
const a4 = rowsOf("attack:A4", 20);
const a5 = rowsOf("attack:A5", 20);

const noTokens: readonly Attack[] = [
  ...["", " ", "   ", "null", "undefined", "[object Object]", "NaN", "true"].map((text) =>
    a2("TOKEN_MALFORMED", `the text ${JSON.stringify(text)}`, () => text),
  ),
  a3("TOKEN_MALFORMED", "one segment", (target) => parts(target)[0]),
  a3("TOKEN_MALFORMED", "two segments", (target) => parts(target).slice(0, 2).join(".")),
  a3("TOKEN_MALFORMED", "four segments", (target) => `${good(target)}.AAAA`),
  a3("TOKEN_MALFORMED", "the five segments of a JWE", (target) => `${good(target)}.AAAA.AAAA`),
  a3("TOKEN_MALFORMED", "1,000 segments", () => Array(1000).fill("AAAA").join(".")),
  a3("TOKEN_MALFORMED", "dots alone", () => ".."),
  a3("TOKEN_MALFORMED", "a dot before", (target) => `.${good(target)}`),
  a3("TOKEN_MALFORMED", "a dot behind", (target) => `${good(target)}.`),
  a4("TOKEN_MALFORMED", "no header", (target) => signSegments("", parts(target)[1], target.secret)),
  a4("TOKEN_MALFORMED", "no payload", (target) => signSegments(parts(target)[0], "", target.secret)),
  a4("TOKEN_MALFORMED", "no signature", (target) => `${parts(target).slice(0, 2).join(".")}.`),
  a5("TOKEN_MALFORMED", "behind Bearer", (target) => `Bearer ${good(target)}`),
  a5("TOKEN_MALFORMED", "in quotes", (target) => `"${good(target)}"`),
  a5("TOKEN_MALFORMED", "in a JSON object", (target) => JSON.stringify({ authToken: good(target) })),
  a5("TOKEN_MALFORMED", "as flattened JSON serialisation", (target) => {
    const [header, payload, signature] = parts(target);
    return JSON.stringify({ protected: header, payload, signature });
  }),
  a5("TOKEN_MALFORMED", "as general JSON serialisation", (target) => {
    const [header, payload, signature] = parts(target);
    return JSON.stringify({ payload, signatures: [{ protected: header, signature }] });
  }),
];

const a6 = rowsOf("attack:A6", 347);
const a7 = rowsOf("attack:A7", 347);
const a8 = rowsOf("attack:A8", 347);
const a9 = rowsOf("attack:A9", 347);

const INVISIBLE = [" ", "\t", "\r", "\n", "\0", "\u00a0", "\u200b", "\ufeff", "%20", "\u2028"];

/** A header of 37 bytes, whose last character has four bits to spare. */
const SPARE_BITS = encodePart({ alg: "HS256", typ: "JWT", kid: "1" });

/** The next character of the alphabet differs in the lowest bit, which such a last character does not use. */
const respelled = (segment: string): string => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return segment.slice(0, -1) + alphabet[alphabet.indexOf(segment.slice(-1)) + 1];
};

/** A token whose signature has a character in which base64 and base64url differ. */
function tokenWithUrlCharacter(target: Target): string {
  for (let serial = 0; ; serial += 1) {
    const token = withClaims(target, { jti: String(serial) });
    if (/[-_][^.]*$/.test(token)) return token;
  }
}

const spellings: readonly Attack[] = [
  a6("TOKEN_MALFORMED", "a signature in plain base64", (target) => {
    const [header, payload, signature = ""] = tokenWithUrlCharacter(target).split(".");
    return `${header}.${payload}.${signature.replaceAll("-", "+").replaceAll("_", "/")}`;
  }),
  ...["=", "=="].flatMap((padding) => [
    a7("TOKEN_MALFORMED", `${padding} on a signed header`, (target) =>
      signSegments(parts(target)[0] + padding, parts(target)[1], target.secret),
    ),
    a7("TOKEN_MALFORMED", `${padding} on a signed payload`, (target) =>
      signSegments(parts(target)[0], parts(target)[1] + padding, target.secret),
    ),
    a7("TOKEN_MALFORMED", `${padding} on the signature`, (target) => good(target) + padding),
  ]),
  ...INVISIBLE.flatMap((character) => {
    const name = JSON.stringify(character);
    return [
      a8("TOKEN_MALFORMED", `${name} before`, (target) => character + good(target)),
      a8("TOKEN_MALFORMED", `${name} behind`, (target) => good(target) + character),
      a8("TOKEN_MALFORMED", `${name} before a dot`, (target) => good(target).replace(".", `${character}.`)),
      a8("TOKEN_MALFORMED", `${name} in a signed payload`, (target) => {
        const [header, payload] = parts(target);
        return signSegments(header, payload.slice(0, 8) + character + payload.slice(8), target.secret);
      }),
    ];
  }),
  a9("TOKEN_MALFORMED", "spare bits set in the signature", (target) => respelled(good(target))),
  a9("TOKEN_MALFORMED", "spare bits set in a signed header", (target) =>
    signSegments(respelled(SPARE_BITS), parts(target)[1], target.secret),
  ),
];

const a10 = rowsOf("attack:A10", 347);

/** The token with its signature's bytes changed, canonically encoded again. */
function resigned(target: Target, change: (signature: Buffer) => Uint8Array): string {
  const [header, payload, signature] = parts(target);
  return `${header}.${payload}.${encodePart(change(Buffer.from(signature, "base64url")))}`;
}

const forgeries: readonly Attack[] = [
  ...[1, 2, 3, 16, 31].map((bytes) =>
    a10("SIGNATURE_INVALID", `a signature short of ${bytes} bytes`, (target) =>
      resigned(target, (signature) => signature.subarray(0, 32 - bytes)),
    ),
  ),
  ...[1, 2, 3, 32].map((bytes) =>
    a10("SIGNATURE_INVALID", `a signature longer by ${bytes} bytes`, (target) =>
      resigned(target, (signature) => Buffer.concat([signature, Buffer.alloc(bytes)])),
    ),
  ),
  a10("SIGNATURE_INVALID", "a signature of zeros", (target) => resigned(target, () => Buffer.alloc(32))),
  a10("SIGNATURE_INVALID", "another token's signature", (target) => {
    const [header, payload] = parts(target);
    return `${header}.${payload}.${withClaims(target, { jti: "other" }).split(".")[2]}`;
  }),
  a10("SIGNATURE_INVALID", "claims exchanged under the signature", (target) => {
    const [header, , signature] = parts(target);
    return `${header}.${encodePart({ ...goodClaims(target.now), data: { userId: "bob" } })}.${signature}`;
  }),
];

export const malformedTokens: readonly Attack[] = [...noTokens, ...spellings, ...forgeries];
