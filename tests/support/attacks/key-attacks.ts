import { generateKeyPairSync } from "node:crypto";
import { encodePart, forgeJws } from "../forged-jws.ts";
import { goodClaims } from "../good-token.ts";
import { type Attack, rowsOf, type Target, withHeader } from "./attack.ts";

const traversal = rowsOf("C1", 22);
const injection = rowsOf("C1", 77);
const confusion = rowsOf("C1", 843);

/** Signed with the key that a verifier would use if it looked a key up by this name. */
const foundBy = (kid: string, key: string) => (target: Target) =>
  forgeJws({ header: { alg: "HS256", typ: "JWT", kid }, payload: goodClaims(target.now), key });

/** Names that pass the header check, since a `kid` may be any string (RFC 7515 4.1.4); they select no key. */
export const HOSTILE_KEY_IDS = {
  traversal: ["../../dev/null", "/etc/passwd", "..\\..\\secret", "file:///dev/null", "secrets/%2e%2e/other"],
  injection: [
    "' OR '1'='1",
    "x' UNION SELECT 'a'--",
    "|sleep 10",
    "$(sleep 10)",
    "https://evil.example/key",
    "a\0b",
    "a\nb",
    "",
  ],
  confusion: ["__proto__", "constructor", "toString", "hasOwnProperty", "\ud800", "k".repeat(256)],
};

const keyIds: readonly Attack[] = [
  ...HOSTILE_KEY_IDS.traversal.map((kid) =>
    traversal("SIGNATURE_INVALID", `kid ${JSON.stringify(kid)}, signed with an empty key`, foundBy(kid, "")),
  ),
  ...HOSTILE_KEY_IDS.injection.map((kid) =>
    injection("SIGNATURE_INVALID", `kid ${JSON.stringify(kid)}, signed with a`, foundBy(kid, "a")),
  ),
  ...HOSTILE_KEY_IDS.confusion.map((kid) =>
    confusion("SIGNATURE_INVALID", `kid ${JSON.stringify(kid.slice(0, 16))}, signed with it`, foundBy(kid, kid)),
  ),
  ...[0, 1, null, true, ["1"], { id: "1" }].map((kid) =>
    confusion("HEADER_NOT_ALLOWED", `kid ${JSON.stringify(kid)}`, (target) =>
      withHeader(target, { alg: "HS256", typ: "JWT", kid }),
    ),
  ),
  confusion("HEADER_NOT_ALLOWED", "kid of 257 characters", (target) =>
    withHeader(target, { alg: "HS256", kid: "k".repeat(257) }),
  ),
  confusion("TOKEN_TOO_LARGE", "kid of 10 KB", (target) =>
    withHeader(target, { alg: "HS256", kid: "k".repeat(10_240) }),
  ),
];

const c2 = rowsOf("attack:C2", 1391);
const k9 = rowsOf("fault:K9", 347);
const k12 = rowsOf("fault:K12", 521);

const guessedKeys: readonly Attack[] = [
  ...["", "\0", "\0".repeat(32), "undefined", "null", "[secret]", "[object Object]", "#text"].map((key) =>
    c2("SIGNATURE_INVALID", `signed with ${JSON.stringify(key.slice(0, 16))}`, ({ now }) =>
      forgeJws({ payload: goodClaims(now), key }),
    ),
  ),
  // Not NUL: HMAC fills a short key with zeros, so that the secret and NUL is the same key (RFC 2104 section 2).
  ...["\n", " ", "\r\n"].map((end) =>
    k9("SIGNATURE_INVALID", `signed with the secret and ${JSON.stringify(end)}`, ({ now, secret }) =>
      forgeJws({ payload: goodClaims(now), key: secret + end }),
    ),
  ),
  k9("SIGNATURE_INVALID", "signed with the secret in base64", ({ now, secret }) =>
    forgeJws({ payload: goodClaims(now), key: Buffer.from(secret).toString("base64") }),
  ),
  k9("SIGNATURE_INVALID", "signed with the secret's bytes as if it were base64", ({ now, secret }) =>
    forgeJws({ payload: goodClaims(now), key: Buffer.from(secret, "base64") }),
  ),
  ...[
    "secret",
    "password",
    "changeme",
    "jwt-secret",
    "your-256-bit-secret",
    "a-string-secret-at-least-256-bits-long",
  ].map((key) =>
    k12("SIGNATURE_INVALID", `signed with ${key}`, ({ now }) => forgeJws({ payload: goodClaims(now), key })),
  ),
];

const attackersKey = "attackers-own-key-0123456789abcdef0123";
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });

const c3 = rowsOf("attack:C3", 347);
const c4 = rowsOf("attack:C4", 918);
const certificates = rowsOf("attack:C4", 295);

const URLS = [
  "https://evil.example/jwks.json",
  "http://169.254.169.254/latest/meta-data/",
  "http://localhost:2773/secretsmanager/get?secretId=x",
  "file:///etc/passwd",
  "https://issuer.example@evil.example/jwks.json",
];

const broughtKeys: readonly Attack[] = [
  c3("HEADER_NOT_ALLOWED", "its own key in jwk, and signed with it", ({ now }) =>
    forgeJws({
      header: { alg: "HS256", jwk: { kty: "oct", k: encodePart(attackersKey) } },
      payload: goodClaims(now),
      key: attackersKey,
    }),
  ),
  c3("HEADER_NOT_ALLOWED", "its own RSA key in jwk", (target) =>
    withHeader(target, { alg: "HS256", jwk: rsa.publicKey.export({ format: "jwk" }) }),
  ),
  c3("ALGORITHM_NOT_ALLOWED", "its own RSA key in jwk, under RS256", (target) =>
    withHeader(target, { alg: "RS256", jwk: rsa.publicKey.export({ format: "jwk" }) }),
  ),
  ...["jku", "x5u"].flatMap((name) =>
    URLS.map((url) =>
      c4("HEADER_NOT_ALLOWED", `${name} ${url}`, (target) => withHeader(target, { alg: "HS256", [name]: url })),
    ),
  ),
  ...[{ x5c: ["MIIB"] }, { x5t: "AAAA" }, { "x5t#S256": "AAAA" }].map((member) =>
    certificates("HEADER_NOT_ALLOWED", `the header's ${Object.keys(member)}`, (target) =>
      withHeader(target, { alg: "HS256", ...member }),
    ),
  ),
];

export const keyAttacks: readonly Attack[] = [...keyIds, ...guessedKeys, ...broughtKeys];
