import { describe, expect, it } from "vitest";
import type { RejectionReason } from "../../../src/domain/token/verdict.ts";
import { verdictsOf } from "../../support/providers.ts";
import { newPair, published, signJws } from "../../support/signed-jws.ts";

const NOW = 1_800_000_000;
const { publicKey, privateKey } = newPair("RS256");
const KID = "2f9c1e6f-key";
const JWKS = { keys: [published(publicKey, { kid: KID, alg: "RS256" })] };

type Claims = Readonly<Record<string, unknown>>;

/** A kind of token as its provider writes it. */
type Token = { readonly header?: Claims; readonly claims: Claims };

type Provider = {
  readonly entry: Claims;
  readonly jwks?: unknown;
  /** Access tokens, and the user that each names. */
  readonly accepted: Readonly<Record<string, Token & { readonly user: Claims }>>;
  readonly refused: Readonly<Record<string, Token & { readonly reason: RejectionReason }>>;
};

const times = { iat: NOW - 10, exp: NOW + 3590 };

const SUB = "0f8f9a44-6f1f-4a52-9e51-0c7f2f1b8a10";

const cognito = {
  iss: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI",
  access: {
    ...times,
    sub: SUB,
    iss: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI",
    version: 2,
    client_id: "3n4b5urk1ft4fl3mg5e62d9ado",
    origin_jti: "5b9f50a3-05da-454a-8b99-b79c2349de77",
    event_id: "64f513be-32db-42b0-b78e-b02127b4f463",
    token_use: "access",
    scope: "aws.cognito.signin.user.admin",
    auth_time: NOW - 10,
    jti: "a5f1c4fa-8b1c-4cbe-a0c3-4c6f0c9e6a75",
    username: "ann.lee",
  },
};

const auth0 = {
  ...{ iss: "https://dev-1.eu.auth0.com/", sub: "auth0|65f1c4fa8b1c4cbe", ...times },
  aud: ["https://api.example.com", "https://dev-1.eu.auth0.com/userinfo"],
  scope: "openid profile",
};

const okta = {
  ...{ ver: 1, iss: "https://dev-1.okta.com/oauth2/default", aud: "api://default", ...times },
  jti: "AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE",
  ...{ cid: "0oab8eb55Kb9jdMIr5d6", uid: "00ub0oNGTSWTBKOLGLNR", scp: ["openid", "profile"] },
  ...{ auth_time: NOW - 10, sub: "ann.lee@example.com" },
};

const TENANT = "0f8f9a44-0000-4000-8000-000000000001";
const entra = {
  ...{ aud: "6e74172b-be56-4843-9ff4-e66a39bb12e3", iss: `https://login.microsoftonline.com/${TENANT}/v2.0` },
  ...{ ...times, nbf: NOW - 10, aio: "AXQAi/8IAAAA", azp: "0oab8eb5-0000-4000-8000-5Kb9jdMIr5d6", azpacr: "0" },
  ...{ name: "Ann Lee", oid: "690222be-ff1a-4d56-abd1-7e4f7d38e474", preferred_username: "ann@example.com" },
  ...{ rh: "I", scp: "access_as_user", sub: "HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ", tid: TENANT },
  ...{ uti: "fqiBqXLPj0eQa82S-IYFAA", ver: "2.0" },
};

const keycloak = {
  ...{ ...times, jti: "onrtac:6f1f9c1e-0d3a-4a52-9e51-0c7f2f1b8a10", iss: "https://id.example/realms/main" },
  ...{ aud: ["portcullis", "account"], sub: SUB, typ: "Bearer", azp: "web", sid: "6f1f9c1e", acr: "1" },
  ...{ "allowed-origins": ["https://app.example.com"], realm_access: { roles: ["offline_access"] } },
  ...{ scope: "openid profile", given_name: "Ann", family_name: "Lee", preferred_username: "ann" },
};

const firebase = {
  ...{ name: "Ann Lee", iss: "https://securetoken.google.com/my-project", aud: "my-project", auth_time: NOW - 10 },
  ...{ user_id: "q1W2e3R4t5Y6u7I8o9P0", sub: "q1W2e3R4t5Y6u7I8o9P0", ...times, email: "ann@example.com" },
  firebase: { identities: { email: ["ann@example.com"] }, sign_in_provider: "password" },
};

const rfc9068 = {
  ...{ iss: "https://issuer.example", aud: "https://api.example.com", sub: "5ba552d67", ...times },
  ...{ client_id: "s6BhdRkqt3", jti: "dbe39bf3a3ba4238a513f51d6e1691c4", scope: "openid" },
};

const without = (claims: Claims, ...names: readonly string[]): Claims =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)));

const PROVIDERS: Readonly<Record<string, Provider>> = {
  cognito: {
    entry: { preset: "cognito", issuer: cognito.iss, audience: "3n4b5urk1ft4fl3mg5e62d9ado" },
    accepted: {
      "an access token": { claims: cognito.access, user: { userId: SUB, sub: SUB } },
      "an access token with groups": {
        claims: { ...cognito.access, "cognito:groups": ["admins"] },
        user: { userId: SUB, sub: SUB },
      },
    },
    refused: {
      "an ID token": {
        claims: {
          ...without(cognito.access, "client_id"),
          token_use: "id",
          aud: cognito.access.client_id,
          email: "a@b.c",
        },
        reason: "AUDIENCE_NOT_ALLOWED",
      },
      "an ID token that says client_id": {
        claims: { ...cognito.access, token_use: "id" },
        reason: "TOKEN_USE_NOT_ALLOWED",
      },
      "a token without token_use": { claims: without(cognito.access, "token_use"), reason: "TOKEN_USE_NOT_ALLOWED" },
      "an access token of another client": {
        claims: { ...cognito.access, client_id: "other" },
        reason: "AUDIENCE_NOT_ALLOWED",
      },
      "an access token with our client as aud alone": {
        claims: { ...without(cognito.access, "client_id"), aud: cognito.access.client_id },
        reason: "AUDIENCE_NOT_ALLOWED",
      },
      "an access token of another pool": {
        claims: { ...cognito.access, iss: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other" },
        reason: "ISSUER_NOT_ALLOWED",
      },
    },
  },
  auth0: {
    entry: { preset: "auth0", issuer: auth0.iss, audience: "https://api.example.com" },
    accepted: {
      "an access token": {
        header: { typ: "JWT" },
        claims: { ...auth0, azp: "my-client" },
        user: { userId: auth0.sub },
      },
    },
    refused: {
      "an ID token": {
        header: { typ: "JWT" },
        claims: { ...without(auth0, "scope"), aud: "my-client", sid: "s", nonce: "n" },
        reason: "AUDIENCE_NOT_ALLOWED",
      },
      "an ID token, where the client's id is by mistake the audience": {
        header: { typ: "JWT" },
        claims: { ...without(auth0, "scope"), aud: "https://api.example.com", sid: "s" },
        reason: "TOKEN_USE_NOT_ALLOWED",
      },
      "an access token for another API": {
        header: { typ: "JWT" },
        claims: { ...auth0, azp: "my-client", aud: "https://other.example.com" },
        reason: "AUDIENCE_NOT_ALLOWED",
      },
      "an access token of another tenant": {
        header: { typ: "JWT" },
        claims: { ...auth0, azp: "my-client", iss: "https://dev-2.eu.auth0.com/" },
        reason: "ISSUER_NOT_ALLOWED",
      },
      "an access token of the issuer without its slash": {
        header: { typ: "JWT" },
        claims: { ...auth0, azp: "my-client", iss: "https://dev-1.eu.auth0.com" },
        reason: "ISSUER_NOT_ALLOWED",
      },
      "an access token in the RFC 9068 profile, which another tokenType takes": {
        header: { typ: "at+jwt" },
        claims: { ...auth0, client_id: "my-client", jti: "j" },
        reason: "TYPE_NOT_ALLOWED",
      },
    },
  },
  "auth0 in the RFC 9068 profile": {
    entry: { preset: "auth0", issuer: auth0.iss, audience: "https://api.example.com", tokenType: "at+jwt" },
    accepted: {
      "an access token": {
        header: { typ: "at+jwt" },
        claims: { ...auth0, client_id: "my-client", jti: "j" },
        user: { userId: auth0.sub },
      },
    },
    refused: {
      "an ID token": {
        header: { typ: "JWT" },
        claims: { ...auth0, client_id: "my-client", jti: "j" },
        reason: "TYPE_NOT_ALLOWED",
      },
      "a token without client_id": { header: { typ: "at+jwt" }, claims: auth0, reason: "TOKEN_USE_NOT_ALLOWED" },
    },
  },
  okta: {
    entry: { preset: "okta", issuer: okta.iss, audience: "api://default" },
    accepted: {
      "an access token, whose user is uid and not the login": {
        claims: okta,
        user: { userId: okta.uid, sub: okta.sub },
      },
    },
    refused: {
      "an ID token": {
        claims: { ...without(okta, "cid", "uid", "scp"), aud: "0oab8eb55Kb9jdMIr5d6", jti: "ID.x", amr: ["pwd"] },
        reason: "AUDIENCE_NOT_ALLOWED",
      },
      "an ID token for our audience": {
        claims: { ...without(okta, "cid", "uid", "scp"), jti: "ID.x", amr: ["pwd"] },
        reason: "TOKEN_USE_NOT_ALLOWED",
      },
      "an access token of a service, which has no user": {
        claims: without(okta, "uid"),
        reason: "TOKEN_USE_NOT_ALLOWED",
      },
      "an access token of the org authorization server": {
        header: { typ: "application/okta-internal-at+jwt" },
        claims: { ...okta, iss: "https://dev-1.okta.com", aud: "https://dev-1.okta.com" },
        reason: "TYPE_NOT_ALLOWED",
      },
      "such a token that says to be of our server": {
        header: { typ: "application/okta-internal-at+jwt" },
        claims: okta,
        reason: "TYPE_NOT_ALLOWED",
      },
      "an access token of another authorization server": {
        claims: { ...okta, iss: "https://dev-1.okta.com/oauth2/other" },
        reason: "ISSUER_NOT_ALLOWED",
      },
    },
  },
  entra: {
    entry: { preset: "entra", issuer: entra.iss, audience: entra.aud },
    // Its keys have no alg.
    jwks: { keys: [published(publicKey, { kid: KID })] },
    accepted: {
      "an access token": { header: { typ: "JWT" }, claims: entra, user: { userId: entra.oid, sub: entra.sub } },
    },
    refused: {
      "an ID token of the same application": {
        header: { typ: "JWT" },
        claims: without(entra, "azp", "azpacr", "scp"),
        reason: "TOKEN_USE_NOT_ALLOWED",
      },
      "an ID token with its nonce": {
        header: { typ: "JWT" },
        claims: { ...entra, nonce: "n-0S6_WzA2Mj" },
        reason: "TOKEN_USE_NOT_ALLOWED",
      },
      "a token of an application without a user": {
        header: { typ: "JWT" },
        claims: { ...without(entra, "scp"), roles: ["push"] },
        reason: "TOKEN_USE_NOT_ALLOWED",
      },
      "an access token of version 1": {
        header: { typ: "JWT", x5t: KID },
        claims: { ...entra, ver: "1.0", iss: `https://sts.windows.net/${TENANT}/`, appid: entra.azp },
        reason: "HEADER_NOT_ALLOWED",
      },
      "claims of version 1": {
        header: { typ: "JWT" },
        claims: { ...entra, ver: "1.0", iss: `https://sts.windows.net/${TENANT}/` },
        reason: "ISSUER_NOT_ALLOWED",
      },
      "a version 1 under our issuer": {
        header: { typ: "JWT" },
        claims: { ...entra, ver: "1.0" },
        reason: "TOKEN_USE_NOT_ALLOWED",
      },
      "a token for Graph, with a nonce in its header": {
        header: { typ: "JWT", nonce: "kpuyZ" },
        claims: { ...entra, aud: "00000003-0000-0000-c000-000000000000" },
        reason: "HEADER_NOT_ALLOWED",
      },
      "a token of another tenant": {
        header: { typ: "JWT" },
        claims: { ...entra, iss: entra.iss.replace("1/v2.0", "2/v2.0"), tid: TENANT.replace(/1$/, "2") },
        reason: "ISSUER_NOT_ALLOWED",
      },
      "a token for another application": {
        header: { typ: "JWT" },
        claims: { ...entra, aud: "6e74172b-0000-4000-8000-e66a39bb12e3" },
        reason: "AUDIENCE_NOT_ALLOWED",
      },
    },
  },
  keycloak: {
    entry: { preset: "keycloak", issuer: keycloak.iss, audience: "portcullis" },
    accepted: {
      "an access token": {
        header: { typ: "JWT" },
        claims: keycloak,
        user: { userId: SUB, firstName: "Ann", lastName: "Lee", sub: SUB },
      },
      "an access token with the nonce of its login": {
        header: { typ: "JWT" },
        claims: { ...keycloak, nonce: "n-0S6_WzA2Mj" },
        user: { userId: SUB },
      },
    },
    refused: {
      "an ID token": {
        header: { typ: "JWT" },
        claims: { ...keycloak, typ: "ID", aud: "web", at_hash: "77QmUPtjPfzWtF2AnpK9RQ" },
        reason: "AUDIENCE_NOT_ALLOWED",
      },
      "an ID token for our audience": {
        header: { typ: "JWT" },
        claims: { ...keycloak, typ: "ID" },
        reason: "TOKEN_USE_NOT_ALLOWED",
      },
      ...Object.fromEntries(
        ["Refresh", "Offline", "Logout", "DPoP", "bearer", undefined].map((typ) => [
          `a token of typ ${typ}`,
          { header: { typ: "JWT" }, claims: { ...keycloak, typ }, reason: "TOKEN_USE_NOT_ALLOWED" as const },
        ]),
      ),
      "a token bound to its sender": {
        header: { typ: "JWT" },
        claims: { ...keycloak, cnf: { jkt: "0ZcOCORZNYy" } },
        reason: "TOKEN_USE_NOT_ALLOWED",
      },
      "an access token of another realm": {
        header: { typ: "JWT" },
        claims: { ...keycloak, iss: "https://id.example/realms/other" },
        reason: "ISSUER_NOT_ALLOWED",
      },
      "an access token without our audience": {
        header: { typ: "JWT" },
        claims: { ...keycloak, aud: "account" },
        reason: "AUDIENCE_NOT_ALLOWED",
      },
    },
  },
  firebase: {
    entry: { preset: "firebase", issuer: firebase.iss, audience: "my-project" },
    accepted: {
      "an ID token, which is for backends there": {
        header: { typ: "JWT" },
        claims: firebase,
        user: { userId: firebase.sub, firstName: "Ann Lee", sub: firebase.sub },
      },
    },
    refused: {
      "a session cookie": {
        header: {},
        claims: { ...firebase, iss: "https://session.firebase.google.com/my-project" },
        reason: "ISSUER_NOT_ALLOWED",
      },
      "a custom token": {
        header: { typ: "JWT" },
        claims: {
          ...{ ...times, uid: "q1W2e3", iss: "sdk@my-project.iam.gserviceaccount.com", sub: "sdk@my-project" },
          aud: "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit",
        },
        reason: "ISSUER_NOT_ALLOWED",
      },
      "a token of another project": {
        header: { typ: "JWT" },
        claims: { ...firebase, iss: "https://securetoken.google.com/other", aud: "other" },
        reason: "ISSUER_NOT_ALLOWED",
      },
      "a token without the member firebase": {
        header: { typ: "JWT" },
        claims: without(firebase, "firebase"),
        reason: "TOKEN_USE_NOT_ALLOWED",
      },
    },
  },
  rfc9068: {
    entry: { preset: "rfc9068", issuer: rfc9068.iss, audience: rfc9068.aud },
    accepted: {
      "an access token": { header: { typ: "at+jwt" }, claims: rfc9068, user: { userId: rfc9068.sub } },
      "an access token with the whole media type": {
        header: { typ: "application/AT+JWT" },
        claims: rfc9068,
        user: { userId: rfc9068.sub },
      },
    },
    refused: {
      "a JWT of no type": { claims: rfc9068, reason: "TYPE_NOT_ALLOWED" },
      ...Object.fromEntries(
        ["JWT", "dpop+jwt", "logout+jwt", "secevent+jwt", "at", 1, null, ["at+jwt"]].map((typ) => [
          `a JWT of typ ${JSON.stringify(typ)}`,
          { header: { typ }, claims: rfc9068, reason: "TYPE_NOT_ALLOWED" as const },
        ]),
      ),
      ...Object.fromEntries(
        Object.entries({
          ...{ iss: "ISSUER_NOT_ALLOWED", exp: "EXPIRY_INVALID", aud: "AUDIENCE_NOT_ALLOWED" },
          ...{ sub: "TOKEN_USE_NOT_ALLOWED", client_id: "TOKEN_USE_NOT_ALLOWED" },
          ...{ iat: "TOKEN_USE_NOT_ALLOWED", jti: "TOKEN_USE_NOT_ALLOWED" },
        } as const).map(([name, reason]) => [
          `a token without ${name}`,
          { header: { typ: "at+jwt" }, claims: without(rfc9068, name), reason },
        ]),
      ),
    },
  },
};

const signed = ({ header = {}, claims }: Token) =>
  signJws({ alg: "RS256", key: privateKey, header: { kid: KID, ...header }, payload: claims });

describe.each(Object.entries(PROVIDERS))("%s", (_name, { entry, jwks = JWKS, accepted, refused }) => {
  const verdictOn = verdictsOf(NOW, { ...entry, jwks });

  it.each(Object.entries(accepted))("lets in %s", async (_kind, token) => {
    expect(await verdictOn(signed(token))).toMatchObject({ kind: "accepted", identity: token.user });
  });

  it.each(Object.entries(refused))("attack:D11 attack:D12 attack:D13 refuses %s", async (_kind, token) => {
    expect(await verdictOn(signed(token))).toMatchObject({ kind: "rejected", reason: token.reason });
  });
});

describe("the user of a provider", () => {
  it("is in another claim where the entry says so, as Cognito's username", async () => {
    const entry = { ...PROVIDERS["cognito"]?.entry, jwks: JWKS, userIdClaim: "username", userIdPrefix: "cognito:" };

    expect(await verdictsOf(NOW, entry)(signed({ claims: cognito.access }))).toMatchObject({
      identity: { userId: "cognito:ann.lee", sub: SUB },
    });
  });

  it("attack:D20 is another one than the user of that id at another provider", async () => {
    const one = { ...PROVIDERS["rfc9068"]?.entry, jwks: JWKS };
    const other = { ...one, issuer: "https://other.example", userIdPrefix: "other:" };
    const verdictOn = verdictsOf(NOW, one, other);
    const userOf = async (claims: Claims) =>
      verdictOn(signed({ header: { typ: "at+jwt" }, claims: { ...rfc9068, ...claims } }));

    expect(await userOf({})).toMatchObject({ identity: { userId: "5ba552d67" } });
    expect(await userOf({ iss: other.issuer })).toMatchObject({ identity: { userId: "other:5ba552d67" } });
    expect(await userOf({ sub: "other:5ba552d67" })).toMatchObject({ kind: "rejected", reason: "IDENTITY_INVALID" });
  });
});
