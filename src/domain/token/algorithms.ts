/** One family has one kind of key. An issuer has one family, so its keys can never be used as another kind. */
export type AlgorithmFamily = "HS" | "RS" | "PS" | "ES" | "EdDSA";

/** A signature algorithm (RFC 7518 section 3.1, RFC 8037 section 3.1). */
export type Algorithm = {
  /** The exact value of `alg`. */
  readonly name: string;
  readonly family: AlgorithmFamily;
  /** A signature of another length is refused without a key. Absent if the length depends on the key, as with RSA. */
  readonly signatureBytes?: number;
  /** The curve of its keys, as a JWK names it (RFC 7518 6.2.1.1, RFC 8037 section 2). */
  readonly curve?: string;
};

export const HS256 = { name: "HS256", family: "HS", signatureBytes: 32 } as const satisfies Algorithm;

const ALGORITHMS: readonly Algorithm[] = [
  HS256,
  { name: "HS384", family: "HS", signatureBytes: 48 },
  { name: "HS512", family: "HS", signatureBytes: 64 },
  { name: "RS256", family: "RS" },
  { name: "RS384", family: "RS" },
  { name: "RS512", family: "RS" },
  { name: "PS256", family: "PS" },
  { name: "PS384", family: "PS" },
  { name: "PS512", family: "PS" },
  { name: "ES256", family: "ES", signatureBytes: 64, curve: "P-256" },
  { name: "ES384", family: "ES", signatureBytes: 96, curve: "P-384" },
  { name: "ES512", family: "ES", signatureBytes: 132, curve: "P-521" },
  { name: "EdDSA", family: "EdDSA", signatureBytes: 64, curve: "Ed25519" },
];

export const ALGORITHM_NAMES: readonly string[] = ALGORITHMS.map(({ name }) => name);

/** The algorithm of that exact name. `none` is no algorithm here. */
export function findAlgorithm(name: unknown): Algorithm | undefined {
  return ALGORITHMS.find((algorithm) => algorithm.name === name);
}

const KEY_TYPES = { HS: "oct", RS: "RSA", PS: "RSA", ES: "EC", EdDSA: "OKP" } as const satisfies Readonly<
  Record<AlgorithmFamily, string>
>;

/** Says if a JWK of this `kty` and `crv` is a key of the algorithm. */
export function fitsKey({ family, curve }: Algorithm, keyType: unknown, keyCurve: unknown): boolean {
  return KEY_TYPES[family] === keyType && curve === keyCurve;
}
