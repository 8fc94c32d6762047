import { generateKeyPairSync, type JsonWebKey, type KeyObject } from "node:crypto";
import { rootCertificates } from "node:tls";

type Named = readonly [title: string, text: string];

const PAIRS = [
  ["RSA", generateKeyPairSync("rsa", { modulusLength: 2048 })],
  ["EC P-256", generateKeyPairSync("ec", { namedCurve: "P-256" })],
  ["EC P-521", generateKeyPairSync("ec", { namedCurve: "P-521" })],
  ["Ed25519", generateKeyPairSync("ed25519")],
  ["Ed448", generateKeyPairSync("ed448")],
] as const;

function der(title: string, { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }) {
  const isRsa = publicKey.asymmetricKeyType === "rsa";
  const forms: (readonly [title: string, bytes: Buffer])[] = [
    [`${title} SPKI`, publicKey.export({ type: "spki", format: "der" })],
    [`${title} PKCS#8`, privateKey.export({ type: "pkcs8", format: "der" })],
  ];
  if (isRsa) forms.push([`${title} PKCS#1`, publicKey.export({ type: "pkcs1", format: "der" })]);
  if (publicKey.asymmetricKeyType === "ec") {
    forms.push([`${title} SEC1`, privateKey.export({ type: "sec1", format: "der" })]);
  }
  return forms;
}

const certificates = rootCertificates
  .filter((_, index) => index % 12 === 0)
  .map((pem, index) => [`X.509 ${index}`, Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64")] as const);

const binaries = [...PAIRS.flatMap(([title, pair]) => der(title, pair)), ...certificates];

const pem = (bytes: Buffer) =>
  `-----BEGIN PUBLIC KEY-----\n${bytes.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END PUBLIC KEY-----\n`;

/** How people and tools write bytes into a setting. */
const SPELLINGS: readonly (readonly [title: string, spell: (bytes: Buffer) => string])[] = [
  ["base64", (bytes) => bytes.toString("base64")],
  ["base64 without padding", (bytes) => bytes.toString("base64").replaceAll("=", "")],
  ["base64url", (bytes) => bytes.toString("base64url")],
  ["hex", (bytes) => bytes.toString("hex")],
  ["hex in capitals", (bytes) => bytes.toString("hex").toUpperCase()],
  ["hex with colons", (bytes) => bytes.toString("hex").replace(/..(?=.)/g, "$&:")],
  ["hex with 0x", (bytes) => `0x${bytes.toString("hex")}`],
  ["base64 in quotes", (bytes) => `"${bytes.toString("base64")}"`],
  ["base64 in lines", (bytes) => bytes.toString("base64").replace(/.{64}/g, "$&\n")],
  ["base64 in lines, escaped", (bytes) => bytes.toString("base64").replace(/.{64}/g, "$&\\n")],
  ["base64 in base64", (bytes) => Buffer.from(bytes.toString("base64")).toString("base64")],
  ["PEM", pem],
  ["PEM in one line", (bytes) => pem(bytes).replaceAll("\n", "\\n")],
  ["PEM without blanks", (bytes) => pem(bytes).replace(/\s/g, "")],
  ["PEM in base64", (bytes) => Buffer.from(pem(bytes)).toString("base64")],
];

const field = (bytes: Uint8Array | string) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, Buffer.from(bytes)]);
};
const part = (jwk: JsonWebKey, name: "e" | "n" | "x" | "y") => Buffer.from(jwk[name] ?? "", "base64url");

/** RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4. */
function openSsh(key: KeyObject): readonly [algorithm: string, blob: Buffer] | undefined {
  const jwk: JsonWebKey = key.export({ format: "jwk" });
  const fields: Record<string, readonly [string, ...Buffer[]]> = {
    RSA: ["ssh-rsa", part(jwk, "e"), Buffer.concat([Buffer.alloc(1), part(jwk, "n")])],
    "P-256": [
      "ecdsa-sha2-nistp256",
      Buffer.from("nistp256"),
      Buffer.concat([Buffer.of(4), part(jwk, "x"), part(jwk, "y")]),
    ],
    Ed25519: ["ssh-ed25519", part(jwk, "x")],
  };
  const [algorithm, ...values] = fields[jwk.crv ?? jwk.kty ?? ""] ?? [];
  return algorithm === undefined ? undefined : [algorithm, Buffer.concat([algorithm, ...values].map(field))];
}

const ssh = PAIRS.flatMap(([, { publicKey }]) => {
  const [algorithm, blob] = openSsh(publicKey) ?? [];
  if (algorithm === undefined || blob === undefined) return [];
  return [
    [`OpenSSH ${algorithm}`, `${algorithm} ${blob.toString("base64")} ann@example.com`],
    [`OpenSSH ${algorithm} in base64 alone`, blob.toString("base64")],
    [`SSH2 ${algorithm}`, `---- BEGIN SSH2 PUBLIC KEY ----\n${blob.toString("base64")}\n---- END SSH2 PUBLIC KEY ----`],
    [`OpenSSH ${algorithm} in hex`, blob.toString("hex")],
  ] satisfies Named[];
});

const jwks = PAIRS.flatMap(([title, { publicKey }]) => {
  const jwk = JSON.stringify({ kid: "2026", use: "sig", ...publicKey.export({ format: "jwk" }) });
  return [
    [`${title} JWK`, jwk],
    [`${title} JWK with blanks`, JSON.stringify(JSON.parse(jwk), null, 2)],
    [`${title} JWK with blanks before the colons`, jwk.replaceAll('":', '" : ')],
    [`${title} JWK in a JSON text`, JSON.stringify(jwk)],
    [`${title} JWK in base64url`, Buffer.from(jwk).toString("base64url")],
    [`${title} JWKS`, `{"keys":[${jwk}]}`],
  ] satisfies Named[];
});

const addresses: readonly Named[] = [
  ["URL of a JWKS", "https://issuer.example/.well-known/jwks.json"],
  ["URL with a port", "http://127.0.0.1:3001/jwks.json?tenant=a"],
  ["URL of a file", "file:///etc/ssl/certs/ca-certificates.crt"],
  ["URL in quotes", '"https://issuer.example/.well-known/jwks.json"'],
  ["URL of data", "data:application/jwk+json;base64,e30e30e30e30"],
  ["URL of a key", "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"],
  ["token", "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2lnbmF0dXJlLW9mLWEtdG9rZW4"],
];

/** Public texts that people use as a secret by mistake: [name, text]. Keys are new in each run. */
export const publicTexts: readonly Named[] = [
  ...binaries.flatMap(([title, bytes]) =>
    SPELLINGS.map(([spelling, spell]): Named => [`${title} in ${spelling}`, spell(bytes)]),
  ),
  ...ssh,
  ...jwks,
  ...addresses,
];
