import { constants, createHash, createHmac, type KeyObject, privateEncrypt, sign } from "node:crypto";
import type { RejectionReason } from "../../../src/domain/token/verdict.ts";
import { encodePart } from "../forged-jws.ts";
import { newPair, published, signJws } from "../signed-jws.ts";
import { HOSTILE_KEY_IDS } from "./key-attacks.ts";
import { publicKeySpellings } from "./public-key-spellings.ts";

const NOW = 1_800_000_000;

/** Issuers with a JWKS, one for each family. Each has two keys, and an attacker knows all that they publish. */
const PAIRS = {
  RS256: [newPair("RS256"), newPair("RS256")],
  PS256: [newPair("PS256"), newPair("PS256")],
  ES256: [newPair("ES256"), newPair("ES256")],
  EdDSA: [newPair("EdDSA"), newPair("EdDSA")],
} as const;

type Alg = keyof typeof PAIRS;

const ALGS = Object.keys(PAIRS) as readonly Alg[];

const issuerOf = (alg: Alg) => `https://${alg.toLowerCase()}.example`;

/** The entries of a document. Their order is that of ALGS. */
export const PROVIDERS = ALGS.map((alg) => ({
  issuer: issuerOf(alg),
  audience: "api",
  algorithms: [alg],
  userIdPrefix: `${alg}:`,
  jwks: { keys: PAIRS[alg].map(({ publicKey }, index) => published(publicKey, { kid: String(index) })) },
}));

const claimsOf = (alg: Alg) => ({ iss: issuerOf(alg), aud: "api", sub: "ann", exp: NOW + 60 });

/** A token that the issuer of that algorithm signed. */
export function goodProviderToken(alg: Alg): string {
  return signJws({ alg, key: PAIRS[alg][0].privateKey, header: { kid: "0" }, payload: claimsOf(alg) });
}

type Row = {
  readonly id: string;
  readonly cwe: number;
  readonly title: string;
  readonly reason: RejectionReason;
  readonly token: string;
};

const rows =
  (id: string, cwe: number) =>
  (reason: RejectionReason, title: string, token: string): Row => ({
    ...{ id, cwe, title, reason, token },
  });

const b1 = rows("attack:B1", 347);
const b5 = rows("attack:B5", 347);
const b6 = rows("attack:B6", 347);
const b7 = rows("attack:B7", 347);
const b8 = rows("attack:B8", 347);
const b9 = rows("attack:B9", 347);
const c1 = rows("attack:C1", 20);
const c3 = rows("attack:C3", 347);
const c4 = rows("attack:C4", 918);
const c6 = rows("attack:C6", 347);
const c16 = rows("attack:C16", 346);

const signed = (header: unknown, alg: Alg) => `${encodePart(header)}.${encodePart(claimsOf(alg))}`;
const withSignature = (text: string, signature: Uint8Array) => `${text}.${encodePart(signature)}`;

/** An HMAC whose key is everything that the issuer publishes. */
const confused = ALGS.flatMap((alg) =>
  publicKeySpellings(PAIRS[alg][0].publicKey).flatMap(([spelling, key]) => {
    const [honest, lying] = ["HS256", alg].map((name) => signed({ alg: name, kid: "0" }, alg));
    const hmac = (text = "") => withSignature(text, createHmac("sha256", key).update(text).digest());
    return [
      b5(
        "ALGORITHM_NOT_ALLOWED",
        `HS256 at the issuer of ${alg}, keyed with its public key's ${spelling}`,
        hmac(honest),
      ),
      b6("SIGNATURE_INVALID", `an HMAC said to be ${alg}, keyed with its public key's ${spelling}`, hmac(lying)),
    ];
  }),
);

const strangers = ALGS.flatMap((alg) => {
  const stranger = newPair(alg);
  const token = (kid: string | undefined) =>
    signJws({ alg, key: stranger.privateKey, header: kid === undefined ? {} : { kid }, payload: claimsOf(alg) });
  const good = goodProviderToken(alg).split(".");
  return [
    b7("SIGNATURE_INVALID", `${alg} by a stranger under a known kid`, token("0")),
    b7("SIGNATURE_INVALID", `${alg} by a stranger under an unknown kid`, token("2")),
    b7("SIGNATURE_INVALID", `${alg} by a stranger without kid`, token(undefined)),
    b7(
      "SIGNATURE_INVALID",
      `${alg} by the issuer's other key than its kid says`,
      signJws({ alg, key: PAIRS[alg][1].privateKey, header: { kid: "0" }, payload: claimsOf(alg) }),
    ),
    c6(
      "SIGNATURE_INVALID",
      `${alg} by the issuer without kid, where two keys would fit`,
      signJws({ alg, key: PAIRS[alg][0].privateKey, payload: claimsOf(alg) }),
    ),
    c3(
      "HEADER_NOT_ALLOWED",
      `${alg} with the attacker's key in jwk`,
      signJws({
        ...{ alg, key: stranger.privateKey, payload: claimsOf(alg) },
        header: { kid: "0", jwk: stranger.publicKey.export({ format: "jwk" }) },
      }),
    ),
    ...["jku", "x5u"].map((name) =>
      c4(
        "HEADER_NOT_ALLOWED",
        `${alg} with ${name}`,
        signJws({
          ...{ alg, key: stranger.privateKey, payload: claimsOf(alg) },
          header: { kid: "0", [name]: "https://evil.example/jwks.json" },
        }),
      ),
    ),
    ...["none", "None", alg.toLowerCase(), `${alg} `].map((name) =>
      b1(
        "ALGORITHM_NOT_ALLOWED",
        `alg ${name} above a signature of ${alg}`,
        [encodePart({ alg: name, kid: "0" }), good[1], good[2]].join("."),
      ),
    ),
  ];
});

/** Names that look a key up in other ways than by comparison. */
const keyIds = ALGS.flatMap((alg) =>
  [...HOSTILE_KEY_IDS.traversal, ...HOSTILE_KEY_IDS.injection, ...HOSTILE_KEY_IDS.confusion].map((kid) =>
    c1(
      "SIGNATURE_INVALID",
      `${alg} under kid ${JSON.stringify(kid.slice(0, 16))}`,
      signJws({ alg, key: PAIRS[alg][0].privateKey, header: { kid }, payload: claimsOf(alg) }),
    ),
  ),
);

/** A key of one issuer signs a token in the name of another. */
const crossed = ALGS.flatMap((alg) =>
  ALGS.filter((other) => other !== alg).flatMap((other) => [
    c16(
      "ALGORITHM_NOT_ALLOWED",
      `the key for ${alg} signs in the name of the issuer of ${other}`,
      signJws({ alg, key: PAIRS[alg][0].privateKey, header: { kid: "0" }, payload: claimsOf(other) }),
    ),
  ]),
);

const ES = signed({ alg: "ES256", kid: "0" }, "ES256");
const half = (byte: number) => Buffer.alloc(32, byte);
/** The order of P-256 (SEC 2, 2.4.2). */
const ORDER = Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", "hex");
const der = sign("sha256", Buffer.from(ES), PAIRS.ES256[0].privateKey);
const raw = sign("sha256", Buffer.from(ES), { key: PAIRS.ES256[0].privateKey, dsaEncoding: "ieee-p1363" });

const degenerate = [
  b8("SIGNATURE_INVALID", "ES256 in DER", withSignature(ES, der)),
  ...(
    [
      ["r and s of zero", half(0), half(0)],
      ["r of zero", half(0), raw.subarray(32)],
      ["s of zero", raw.subarray(0, 32), half(0)],
      [
        "r of one and s of one",
        Buffer.concat([half(0).subarray(1), Buffer.of(1)]),
        Buffer.concat([half(0).subarray(1), Buffer.of(1)]),
      ],
      ["r and s of the order", ORDER, ORDER],
      ["r of the order", ORDER, raw.subarray(32)],
      ["r and s at their most", half(255), half(255)],
      ["r and s exchanged", raw.subarray(32), raw.subarray(0, 32)],
    ] as const
  ).map(([title, r, s]) => b8("SIGNATURE_INVALID", `ES256 with ${title}`, withSignature(ES, Buffer.concat([r, s])))),
  b8("SIGNATURE_INVALID", "ES256 with a byte more", withSignature(ES, Buffer.concat([raw, Buffer.of(0)]))),
  b8("SIGNATURE_INVALID", "ES256 with a byte less", withSignature(ES, raw.subarray(0, 63))),
  b8(
    "SIGNATURE_INVALID",
    "EdDSA of zeros",
    withSignature(signed({ alg: "EdDSA", kid: "0" }, "EdDSA"), Buffer.alloc(64)),
  ),
];

const RS = signed({ alg: "RS256", kid: "0" }, "RS256");
const PS = signed({ alg: "PS256", kid: "0" }, "PS256");
const rsa = PAIRS.RS256[0].privateKey;
const pss = PAIRS.PS256[0].privateKey;
const padded = (key: KeyObject, text: string, padding: number, saltLength?: number) =>
  sign("sha256", Buffer.from(text), { key, padding, ...(saltLength !== undefined && { saltLength }) });

const paddings = [
  b9(
    "SIGNATURE_INVALID",
    "RS256 with the padding of PS256",
    withSignature(RS, padded(rsa, RS, constants.RSA_PKCS1_PSS_PADDING, 32)),
  ),
  b9(
    "SIGNATURE_INVALID",
    "PS256 with the padding of RS256",
    withSignature(PS, padded(pss, PS, constants.RSA_PKCS1_PADDING)),
  ),
  ...[0, 20, 64].map((saltLength) =>
    b9(
      "SIGNATURE_INVALID",
      `PS256 with a salt of ${saltLength} bytes`,
      withSignature(PS, padded(pss, PS, constants.RSA_PKCS1_PSS_PADDING, saltLength)),
    ),
  ),
  b9(
    "SIGNATURE_INVALID",
    "RS256 over the bare hash, without the name of its function",
    withSignature(
      RS,
      privateEncrypt({ key: rsa, padding: constants.RSA_PKCS1_PADDING }, createHash("sha256").update(RS).digest()),
    ),
  ),
  b9("SIGNATURE_INVALID", "RS256 over another hash", withSignature(RS, sign("sha512", Buffer.from(RS), rsa))),
  b9(
    "SIGNATURE_INVALID",
    "RS256 without padding",
    withSignature(
      RS,
      privateEncrypt(
        { key: rsa, padding: constants.RSA_NO_PADDING },
        Buffer.concat([Buffer.alloc(224), createHash("sha256").update(RS).digest()]),
      ),
    ),
  ),
  ...[
    Buffer.alloc(256),
    Buffer.concat([Buffer.alloc(255), Buffer.of(1)]),
    Buffer.alloc(256, 255),
    Buffer.alloc(255),
    Buffer.of(0),
  ].map((signature, index) =>
    b9("SIGNATURE_INVALID", `RS256 with the constant ${index}`, withSignature(RS, signature)),
  ),
  ...["RS384", "RS512", "PS256"].map((alg) =>
    b9(
      "ALGORITHM_NOT_ALLOWED",
      `${alg} by the issuer of RS256 itself`,
      signJws({ alg, key: rsa, header: { kid: "0" }, payload: claimsOf("RS256") }),
    ),
  ),
];

export const publishedKeyAttacks: readonly Row[] = [
  ...confused,
  ...strangers,
  ...keyIds,
  ...crossed,
  ...degenerate,
  ...paddings,
];
