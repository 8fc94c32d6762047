import { Container } from "inversify";
import { describe, expect, it, vi } from "vitest";
import type { SigningSecrets } from "../../../src/application/ports/signing-secrets.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import type { UnverifiedToken } from "../../../src/domain/token/credentials.ts";
import { composeWith, resolve } from "../../../src/entrypoints/composition/container.ts";
import { defineModule, type Get, type Module } from "../../../src/entrypoints/composition/module.ts";
import { authorizationWith } from "../../../src/entrypoints/composition/modules/authorization.ts";
import { platform } from "../../../src/entrypoints/composition/modules/platform.ts";
import { signingSecrets } from "../../../src/entrypoints/composition/modules/signing-secrets/local.ts";
import { testTokensWith } from "../../../src/entrypoints/composition/modules/test-tokens.ts";
import { services } from "../../../src/entrypoints/composition/services.ts";
import { ConfigurationError } from "../../../src/entrypoints/composition/settings.ts";
import { LONG_SECRET } from "../../support/providers.ts";
import { LOCAL_SETTINGS } from "../../support/settings.ts";
import { newPair, published } from "../../support/signed-jws.ts";

const NO_DOCUMENT = { issuers: [] };
const JWKS = { keys: [published(newPair("ES256").publicKey, { kid: "1" })] };
const PROVIDER = { issuer: "https://provider.example", audience: "api", algorithms: ["ES256"], jwks: JWKS };
const OWN = { issuer: "own", audience: "us", secret: true, userIdPrefix: "own:" };

type Environment = Readonly<Record<string, string>>;

const { TOKEN_ISSUER: _issuer, TOKEN_AUDIENCE: _audience, ...others } = LOCAL_SETTINGS;
const SETTINGS: Environment = { ...others, JWT_SECRET: LONG_SECRET, LOG_LEVEL: "ERROR" };
const ONE: Environment = { ...SETTINGS, TOKEN_ISSUER: "https://issuer.example", TOKEN_AUDIENCE: "portcullis" };

function composed(modules: readonly Module[], environment: Environment): Container {
  return composeWith(environment, new Container({ defaultScope: "Singleton" }), new Set(), modules);
}

function problemsOf(modules: readonly Module[], environment: Environment): readonly string[] {
  try {
    composed(modules, environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

/** What the authorizer decides on a token that CreateTestJwt mints, under the same settings. */
async function verdictOnMinted(document: unknown, environment: Environment, userId = "ann") {
  const container = composed(
    [platform, signingSecrets, authorizationWith(document), testTokensWith(document)],
    environment,
  );
  const mint = resolve(container, services.mintTestToken);
  const token = await mint({ userId: userId as UserId, firstName: "Ann" }, ["subscribe:order-*"]);
  return resolve(container, services.verifyToken)(token as UnverifiedToken);
}

describe("a minted test token", () => {
  it.each<readonly [row: string, document: unknown, environment: Environment]>([
    ["the parameters alone", NO_DOCUMENT, ONE],
    ["another claim for permissions", NO_DOCUMENT, { ...ONE, PERMISSIONS_CLAIM: "scope" }],
    ["HS384", NO_DOCUMENT, { ...ONE, TOKEN_ALGORITHMS: "HS384" }],
    ["HS512", NO_DOCUMENT, { ...ONE, TOKEN_ALGORITHMS: "HS512" }],
    ["IDENTITY_CLAIMS=oidc", NO_DOCUMENT, { ...ONE, IDENTITY_CLAIMS: "oidc" }],
    [
      "claims of other names",
      NO_DOCUMENT,
      { ...ONE, IDENTITY_CLAIMS: "oidc", USER_ID_CLAIM: "uid", FIRST_NAME_CLAIM: "https://us.example/name" },
    ],
    ["a document", { issuers: [{ ...OWN, userIdPrefix: undefined }] }, SETTINGS],
    [
      "a document with nested claims",
      { issuers: [{ ...OWN, userIdPrefix: undefined, identityClaims: "data" }] },
      SETTINGS,
    ],
    [
      "a document with HS512, at+jwt, two audiences and another claim",
      {
        issuers: [
          { ...PROVIDER, userIdPrefix: "p:" },
          {
            ...{ ...OWN, userIdPrefix: undefined, algorithms: ["HS512"], tokenType: "at+jwt" },
            ...{ audience: ["us", "them"], userIdClaim: "uid", permissionsClaim: "scp" },
          },
        ],
      },
      SETTINGS,
    ],
  ])("is let in under %s", async (_row, document, environment) => {
    expect(await verdictOnMinted(document, environment)).toMatchObject({
      kind: "accepted",
      identity: { userId: "ann", firstName: "Ann" },
      grants: [{ verb: "subscribe", pattern: "order-*" }],
    });
  });

  it("has the user id without its issuer's prefix", async () => {
    expect(await verdictOnMinted({ issuers: [PROVIDER, OWN] }, SETTINGS)).toMatchObject({
      identity: { userId: "own:ann" },
    });
  });

  it.each<readonly [row: string, document: unknown, environment: Environment, problem: string]>([
    [
      "a JWKS",
      NO_DOCUMENT,
      { ...ONE, JWKS_URL: "https://x.example/" },
      "JWKS_URL must be empty, or no token can be minted",
    ],
    ["a preset", NO_DOCUMENT, { ...ONE, TOKEN_PRESET: "okta" }, "TOKEN_PRESET must be custom"],
    [
      "another family",
      NO_DOCUMENT,
      { ...ONE, TOKEN_ALGORITHMS: "RS256" },
      "TOKEN_ALGORITHMS must be one of HS256, HS384, HS512",
    ],
    [
      "a document without the secret",
      { issuers: [PROVIDER] },
      SETTINGS,
      "an issuer of the document must have secret: true",
    ],
  ])("fault:K14 cannot exist with %s", (_row, document, environment, problem) => {
    expect(problemsOf([testTokensWith(document)], environment)).toEqual([expect.stringContaining(problem)]);
  });
});

describe("the settings of one issuer", () => {
  it.each<readonly [row: string, changed: Environment, problem: string]>([
    ["an unknown preset", { TOKEN_PRESET: "google" }, "TOKEN_PRESET must be one of custom, rfc9068, cognito"],
    [
      "attack:C17 an address that is not literal",
      { JWKS_URL: "https://x.example/{kid}" },
      "JWKS_URL must be a literal",
    ],
    ["attack:B1 none", { TOKEN_ALGORITHMS: "none" }, "TOKEN_ALGORITHMS must be a list of HS256"],
    ["attack:B6 two families", { TOKEN_ALGORITHMS: "HS256,RS256" }, "TOKEN_ALGORITHMS must be of one family"],
    ["a key pair's algorithm without a JWKS", { TOKEN_ALGORITHMS: "RS256" }, "TOKEN_ALGORITHMS must be one of HS256"],
    [
      "an HMAC with a JWKS",
      { TOKEN_ALGORITHMS: "HS256", JWKS_URL: "https://x.example/" },
      "TOKEN_ALGORITHMS must be of the family RS",
    ],
    ["a preset without a JWKS", { TOKEN_PRESET: "rfc9068" }, "TOKEN_PRESET must be custom with the stack's own secret"],
    [
      "an issuer that is not the preset's",
      { TOKEN_PRESET: "auth0", JWKS_URL: "https://x.example/" },
      "TOKEN_ISSUER must be https://<domain>/",
    ],
    [
      "a claim beside nested claims",
      { USER_ID_CLAIM: "uid" },
      "USER_ID_CLAIM must not be set with identityClaims data",
    ],
    ["a claim with a blank", { PERMISSIONS_CLAIM: "my scope" }, "PERMISSIONS_CLAIM must be the name of a claim"],
  ])("fault:K14 are refused by their names: %s", (_row, changed, problem) => {
    expect(problemsOf([authorizationWith(NO_DOCUMENT)], { ...ONE, ...changed })).toContainEqual(
      expect.stringContaining(problem),
    );
  });

  it("may have several algorithms, with blanks after their commas", () => {
    const changed = { TOKEN_ALGORITHMS: "ES256, ES384", JWKS_URL: "https://x.example/" };

    expect(problemsOf([authorizationWith(NO_DOCUMENT)], { ...ONE, ...changed })).toEqual([]);
  });
});

describe("the sources of keys", () => {
  /** Secrets that say when they are asked for. */
  function observedSecrets() {
    const prime = vi.fn<SigningSecrets["prime"]>();
    const made = vi.fn();
    const module = defineModule({
      services: (provide) =>
        provide(services.signingSecrets, {}, () => {
          made();
          return { prime, read: prime, reread: prime };
        }),
    });
    return { module, made, prime };
  }

  async function primed(document: unknown, environment: Environment) {
    const secrets = observedSecrets();
    secrets.prime.mockRejectedValue(new Error("planted"));
    const module = authorizationWith(document);
    const container = composed([platform, secrets.module, module], environment);
    const get: Get = (id) => resolve(container, id);
    const outcome = await Promise.resolve(module.prime?.(get)).then(
      () => "primed",
      () => "failed",
    );
    return { outcome, made: secrets.made.mock.calls.length };
  }

  it("do not include the secret if no issuer uses it", async () => {
    expect(await primed({ issuers: [PROVIDER] }, SETTINGS)).toEqual({ outcome: "primed", made: 0 });
  });

  it("include the secret if one does", async () => {
    expect(await primed({ issuers: [PROVIDER, OWN] }, SETTINGS)).toEqual({ outcome: "failed", made: 1 });
    expect(await primed(NO_DOCUMENT, ONE)).toEqual({ outcome: "failed", made: 1 });
  });
});
