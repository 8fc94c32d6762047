import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { encodePart, forgeJws } from "../forged-jws.ts";
import { goodClaims, goodToken } from "../good-token.ts";
import { type Attack, rowsOf, type Target, withHeader } from "./attack.ts";
import { publicKeySpellings } from "./public-key-spellings.ts";

const b1 = rowsOf("attack:B1", 347);
const b3 = rowsOf("attack:B3", 20);
const b4 = rowsOf("attack:B4", 327);

const nonsense: readonly Attack[] = [
  ...["none", "None", "NONE", "nOnE", "hs256", "HS256 ", " HS256", "HS256\0", "ＨＳ256", "HS-256", ""].flatMap(
    (alg) => [
      b1("ALGORITHM_NOT_ALLOWED", `alg ${JSON.stringify(alg)}, signed as HS256`, (target) =>
        withHeader(target, { alg, typ: "JWT" }),
      ),
      b1("ALGORITHM_NOT_ALLOWED", `alg ${JSON.stringify(alg)} above the old signature`, ({ now, secret }) => {
        const [, payload, signature] = goodToken(now, secret).split(".");
        return `${encodePart({ alg, typ: "JWT" })}.${payload}.${signature}`;
      }),
    ],
  ),
  b1(
    "TOKEN_MALFORMED",
    "alg none and no signature",
    ({ now }) => `${encodePart({ alg: "none" })}.${encodePart(goodClaims(now))}.`,
  ),
  b3("ALGORITHM_NOT_ALLOWED", "no alg", (target) => withHeader(target, { typ: "JWT" })),
  ...[null, 256, true, ["HS256"], { name: "HS256" }, "__proto__", "constructor", "toString"].map((alg) =>
    b3("ALGORITHM_NOT_ALLOWED", `alg ${JSON.stringify(alg)}`, (target) => withHeader(target, { alg })),
  ),
  b4("ALGORITHM_NOT_ALLOWED", "HS384 with the right secret", ({ now, secret }) =>
    forgeJws({ header: { alg: "HS384", typ: "JWT" }, payload: goodClaims(now), key: secret, hash: "sha384" }),
  ),
  b4("ALGORITHM_NOT_ALLOWED", "HS512 with the right secret", ({ now, secret }) =>
    forgeJws({ header: { alg: "HS512", typ: "JWT" }, payload: goodClaims(now), key: secret, hash: "sha512" }),
  ),
  b4("SIGNATURE_INVALID", "HS512 cut to 32 bytes under HS256", ({ now, secret }) => {
    const signed = goodToken(now, secret).split(".").slice(0, 2).join(".");
    const hash = createHmac("sha512", secret).update(signed).digest();
    return `${signed}.${encodePart(hash.subarray(0, 32))}`;
  }),
];

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const ed = generateKeyPairSync("ed25519");

const PUBLIC_KEYS: readonly (readonly [spelling: string, key: string | Uint8Array])[] = [
  ...publicKeySpellings(rsa.publicKey),
  ["PEM of PKCS#1", rsa.publicKey.export({ type: "pkcs1", format: "pem" })],
];

const b5 = rowsOf("attack:B5", 347);
const b7 = rowsOf("attack:B7", 347);
const b8 = rowsOf("attack:B8", 347);

function signedBy(key: KeyObject, alg: string, hash: string | undefined, { now }: Target): string {
  const signed = `${encodePart({ alg, typ: "JWT" })}.${encodePart(goodClaims(now))}`;
  return `${signed}.${encodePart(sign(hash, Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" }))}`;
}

const asymmetric: readonly Attack[] = [
  ...PUBLIC_KEYS.map(([spelling, key]) =>
    b5("SIGNATURE_INVALID", `HS256 keyed with a public key's ${spelling}`, ({ now }) =>
      forgeJws({ payload: goodClaims(now), key }),
    ),
  ),
  b7("ALGORITHM_NOT_ALLOWED", "RS256 by the attacker", (target) => signedBy(rsa.privateKey, "RS256", "sha256", target)),
  b7("ALGORITHM_NOT_ALLOWED", "ES256 by the attacker", (target) => signedBy(ec.privateKey, "ES256", "sha256", target)),
  b7("ALGORITHM_NOT_ALLOWED", "EdDSA by the attacker", (target) => signedBy(ed.privateKey, "EdDSA", undefined, target)),
  b7("SIGNATURE_INVALID", "an EdDSA signature said to be HS256", (target) =>
    signedBy(ed.privateKey, "HS256", undefined, target),
  ),
  b8("ALGORITHM_NOT_ALLOWED", "ES256 with r and s of zero", ({ now }) =>
    [{ alg: "ES256" }, goodClaims(now), Buffer.alloc(64)].map(encodePart).join("."),
  ),
];

const b10 = rowsOf("attack:B10", 347);
const b11 = rowsOf("attack:B11", 347);
const b12 = rowsOf("attack:B12", 345);
const b13 = rowsOf("attack:B13", 436);

const headers: readonly Attack[] = [
  ...[["unknown"], [], "exp", ["exp"], ["alg"], ["alg", "alg"], ["b64"], null, {}].map((crit) =>
    b10("HEADER_NOT_ALLOWED", `crit ${JSON.stringify(crit)}`, (target) => withHeader(target, { alg: "HS256", crit })),
  ),
  b10("HEADER_NOT_ALLOWED", "crit that names a member of the header", (target) =>
    withHeader(target, { alg: "HS256", crit: ["x-role"], "x-role": "admin" }),
  ),
  b11("HEADER_NOT_ALLOWED", "b64 false", (target) => withHeader(target, { alg: "HS256", b64: false })),
  b11("HEADER_NOT_ALLOWED", "b64 false, and critical", (target) =>
    withHeader(target, { alg: "HS256", b64: false, crit: ["b64"] }),
  ),
  ...[{ zip: "DEF" }, { enc: "A128GCM" }, { p2c: 1e9, p2s: "AAAA" }, { cty: "JWT" }, { nonce: "abc" }, { "": 1 }].map(
    (member) =>
      b12("HEADER_NOT_ALLOWED", `a header with ${JSON.stringify(member)}`, (target) =>
        withHeader(target, { alg: "HS256", typ: "JWT", ...member }),
      ),
  ),
  b12("TOKEN_MALFORMED", "a token in a token", ({ now, secret }) =>
    forgeJws({ payload: goodToken(now, secret), key: secret }),
  ),
  ...['{"alg":"none","alg":"HS256"}', '{"alg":"HS256","alg":"none"}', '{"\\u0061lg":"none","alg":"HS256"}'].map(
    (text) => b13("TOKEN_MALFORMED", `the header ${text}`, (target) => withHeader(target, text)),
  ),
];

export const algorithmAttacks: readonly Attack[] = [...nonsense, ...asymmetric, ...headers];
