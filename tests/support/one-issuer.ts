import { HmacVerificationKeys } from "../../src/adapters/jose/hmac-keys.ts";
import { JoseTokenVerifier } from "../../src/adapters/jose/jose-token-verifier.ts";
import {
  type AdmissionPolicy,
  type AuthorizeConnection,
  makeAuthorizeConnection,
} from "../../src/application/access/authorize-connection.ts";
import { makeVerifyToken } from "../../src/application/access/verify-token.ts";
import type { SigningSecrets } from "../../src/application/ports/signing-secrets.ts";
import type { Clock } from "../../src/application/ports/system.ts";
import { POLICY } from "./good-token.ts";

/** The verifier for the issuer of POLICY, which shares these secrets with us. It is composed as in the functions. */
export function verifierOver(secrets: SigningSecrets): JoseTokenVerifier {
  return new JoseTokenVerifier([{ policy: POLICY, keys: new HmacVerificationKeys(secrets) }]);
}

/** The authorizer's use case over that verifier. */
export function authorizeOver(
  secrets: SigningSecrets,
  clock: Clock,
  admission: AdmissionPolicy = { queryToken: "allowed", origins: "any" },
): AuthorizeConnection {
  return makeAuthorizeConnection({
    verifyToken: makeVerifyToken({ verifier: verifierOver(secrets), clock }),
    admission,
  });
}
