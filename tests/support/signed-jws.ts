import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { encodePart } from "./forged-jws.ts";

/** A private key, or the text of a secret. */
export type SigningKey = KeyObject | string;

export type SignedJws = {
  readonly alg: string;
  readonly key: SigningKey;
  /** More members of the header, or other values of `alg`. */
  readonly header?: Readonly<Record<string, unknown>>;
  readonly payload: unknown;
};

/** A compact JWS as an issuer signs it, under any algorithm of RFC 7518 and RFC 8037. */
export function signJws({ alg, key, header = {}, payload }: SignedJws): string {
  const signed = `${encodePart({ alg, ...header })}.${encodePart(payload)}`;
  return `${signed}.${encodePart(signatureOf(alg, key, Buffer.from(signed)))}`;
}

export function signatureOf(alg: string, key: SigningKey, signed: Uint8Array): Buffer {
  const hash = `sha${alg.slice(-3)}`;
  if (typeof key === "string") return createHmac(hash, key).update(signed).digest();
  if (alg === "EdDSA") return sign(undefined, signed, key);
  if (alg.startsWith("ES")) return sign(hash, signed, { key, dsaEncoding: "ieee-p1363" });
  if (alg.startsWith("RS")) return sign(hash, signed, { key, padding: constants.RSA_PKCS1_PADDING });
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  return sign(hash, signed, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
}

const CURVES: Readonly<Record<string, string>> = { ES256: "P-256", ES384: "P-384", ES512: "P-521" };

/** A new key pair for an algorithm. */
export function newPair(alg: string) {
  const namedCurve = CURVES[alg];
  if (alg === "EdDSA") return generateKeyPairSync("ed25519");
  if (namedCurve !== undefined) return generateKeyPairSync("ec", { namedCurve });
  return generateKeyPairSync("rsa", { modulusLength: 2048 });
}

/** The JWK of a public key, as an issuer publishes it. */
export function published(publicKey: KeyObject, members: Readonly<Record<string, unknown>> = {}) {
  return { ...publicKey.export({ format: "jwk" }), use: "sig", ...members };
}
