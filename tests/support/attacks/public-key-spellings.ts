import type { KeyObject } from "node:crypto";

/** The texts and bytes that people and libraries take for a public key. */
export function publicKeySpellings(key: KeyObject): readonly (readonly [spelling: string, key: string | Uint8Array])[] {
  const pem = key.export({ type: "spki", format: "pem" }).toString();
  const der = key.export({ type: "spki", format: "der" });
  const jwk = key.export({ format: "jwk" });
  const point = jwk["n"] ?? jwk["x"];
  return [
    ["PEM", pem],
    ["PEM behind a space", ` ${pem}`],
    ["PEM without its last line break", pem.trimEnd()],
    ["PEM with CRLF", pem.replaceAll("\n", "\r\n")],
    ["base64 of DER", der.toString("base64")],
    ["base64url of DER", der.toString("base64url")],
    ["JWKS", JSON.stringify({ keys: [jwk] })],
    ["DER", der],
    ["JWK", JSON.stringify(jwk)],
    ["number", Buffer.from(String(point), "base64url")],
  ];
}
