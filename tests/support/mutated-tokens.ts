import { seededRandom } from "../../packages/emulator/src/faults/random.ts";
import { encodePart } from "./forged-jws.ts";

const CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n";

const MEMBERS: readonly (readonly [name: string, value: unknown])[] = [
  ...["none", "HS256", "HS512", "RS256", "PS256", "ES256", "EdDSA", null].map((alg) => ["alg", alg] as const),
  ...([
    ["kid", "2"],
    ["kid", undefined],
    ["typ", "at+jwt"],
    ["crit", ["exp"]],
    ["b64", false],
    ["jku", "https://evil.example/jwks.json"],
    ["exp", 1_900_000_000],
    ["exp", undefined],
    ["sub", "bob"],
    ["aud", "other"],
    ["iss", "https://rs256.example"],
    ["admin", true],
  ] as const),
];

/**
 * Changes tokens as an attacker without a key can: bits, characters and segments, members of header and payload, and
 * parts of other good tokens. The same seed gives the same changes.
 */
export function mutator(seed: number): (token: string, others: readonly string[]) => string {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const one = <T>(list: readonly T[]): T => list[below(list.length)] as T;

  const replaceCharacter = (token: string) => {
    const at = below(token.length);
    return token.slice(0, at) + one([...CHARACTERS]) + token.slice(at + 1);
  };
  const removeOrRepeat = (token: string) => {
    const at = below(token.length);
    const length = 1 + below(4);
    return below(2) === 0
      ? token.slice(0, at) + token.slice(at + length)
      : token.slice(0, at + length) + token.slice(at);
  };
  const flipBit = (token: string) => {
    const segments = token.split(".");
    const place = below(segments.length);
    const bytes = Buffer.from(segments[place] ?? "", "base64url");
    if (bytes.length === 0) return replaceCharacter(token);
    const bit = below(bytes.length * 8);
    bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    return segments.with(place, encodePart(bytes)).join(".");
  };
  const changeMember = (token: string) => {
    const segments = token.split(".");
    const [name, value] = one(MEMBERS);
    const place = ["alg", "kid", "typ", "crit", "b64", "jku"].includes(name) ? 0 : 1;
    try {
      const members = JSON.parse(Buffer.from(segments[place] ?? "", "base64url").toString());
      return segments.with(place, encodePart({ ...members, [name]: value })).join(".");
    } catch {
      return replaceCharacter(token);
    }
  };
  const splice = (token: string, others: readonly string[]) => {
    const place = below(3);
    const segments = token.split(".");
    return place < segments.length ? segments.with(place, one(others).split(".")[place] ?? "").join(".") : token;
  };
  const randomSignature = (token: string) => {
    const [header, payload, signature = ""] = token.split(".");
    const bytes = Buffer.from(
      Array.from({ length: Math.max(1, Buffer.byteLength(signature, "base64url")) }, () => below(256)),
    );
    return [header, payload, encodePart(bytes)].join(".");
  };
  const kinds = [replaceCharacter, removeOrRepeat, flipBit, flipBit, changeMember, splice, randomSignature];

  return (token, others) => {
    let mutated = token;
    for (let changes = 1 + below(3); changes > 0; changes -= 1) mutated = one(kinds)(mutated, others);
    return mutated;
  };
}
