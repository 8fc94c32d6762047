import type { KeyObject } from "node:crypto";
import { JwtVerifier } from "aws-jwt-verify";
import { type Algorithm, createVerifier } from "fast-jwt";
import jsonwebtoken from "jsonwebtoken";

export type LibraryPolicy = {
  readonly alg: string;
  readonly issuer: string;
  readonly audience: string;
  readonly leewaySeconds: number;
  /** The public key, or the secret's text. */
  readonly key: KeyObject | string;
  /** The issuer's set, for libraries that take no single key. */
  readonly jwks: { readonly keys: readonly object[] };
};

type Accepts = (token: string) => boolean;

/** The decisions of other libraries under the same policy, by their names; those that know the algorithm. */
export function librariesFor(policy: LibraryPolicy): readonly (readonly [name: string, accepts: Accepts])[] {
  const { alg, issuer, audience, leewaySeconds, key } = policy;
  const pem = typeof key === "string" ? key : key.export({ type: "spki", format: "pem" }).toString();
  const fastJwt = createVerifier({
    ...{ key: pem, algorithms: [alg as Algorithm], allowedIss: issuer, allowedAud: audience },
    ...{ clockTolerance: leewaySeconds * 1000, cache: false },
  });
  const libraries: (readonly [string, Accepts])[] = [["fast-jwt", accepting(fastJwt)]];
  if (alg !== "EdDSA") {
    const algorithms = [alg as jsonwebtoken.Algorithm];
    libraries.push([
      "jsonwebtoken",
      accepting((token) =>
        jsonwebtoken.verify(token, pem, { algorithms, issuer, audience, clockTolerance: leewaySeconds }),
      ),
    ]);
  }
  if (/^(RS|ES)\d|^EdDSA$/.test(alg)) {
    const awsJwtVerify = JwtVerifier.create({
      ...{ issuer, audience, jwksUri: `${issuer}/jwks.json`, graceSeconds: leewaySeconds },
    });
    awsJwtVerify.cacheJwks(policy.jwks as Parameters<typeof awsJwtVerify.cacheJwks>[0]);
    libraries.push(["aws-jwt-verify", accepting((token) => awsJwtVerify.verifySync(token))]);
  }
  return libraries;
}

function accepting(verify: (token: string) => unknown): Accepts {
  return (token) => {
    try {
      verify(token);
      return true;
    } catch {
      return false;
    }
  };
}
