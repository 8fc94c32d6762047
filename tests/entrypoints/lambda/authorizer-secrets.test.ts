import { generateKeyPairSync, randomBytes } from "node:crypto";
import { Container } from "inversify";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import { composeWith, resolve } from "../../../src/entrypoints/composition/container.ts";
import { authorization } from "../../../src/entrypoints/composition/modules/authorization.ts";
import { platform } from "../../../src/entrypoints/composition/modules/platform.ts";
import { signingSecrets } from "../../../src/entrypoints/composition/modules/signing-secrets/secrets-manager.ts";
import { testTokens } from "../../../src/entrypoints/composition/modules/test-tokens.ts";
import { services } from "../../../src/entrypoints/composition/services.ts";
import { authorizerHandler } from "../../../src/entrypoints/lambda/handlers/authorizer.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";
import { forgeJws } from "../../support/forged-jws.ts";
import { authorizerEvent } from "../../support/gateway-events.ts";
import { AUDIENCE, goodClaims, goodToken, POLICY } from "../../support/good-token.ts";
import { lambdaContext } from "../../support/lambda-context.ts";
import { SecretsManagerServer } from "../../support/secrets-manager/secrets-manager-server.ts";

const ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:jwt-AbCdEf";
const PEM = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----";
const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const now = () => Math.floor(Date.now() / 1000);

let server: SecretsManagerServer;

/** The environment of a deployed function: a role's credentials, and here another endpoint. */
beforeEach(async () => {
  server = await SecretsManagerServer.start(onTestFinished);
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", server.endpoint);
  vi.stubEnv("AWS_REGION", "eu-west-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

function put(signature: string): string {
  server.secret(ARN).put(JSON.stringify({ signature }), now());
  return signature;
}

function newSecret(): string {
  return put(randomBytes(36).toString("base64url"));
}

/** A new Lambda instance, which remembers nothing. */
function newInstance() {
  const environment = {
    SECRETS: "secrets-manager",
    JWT_SECRET_ID: ARN,
    TOKEN_ISSUER: POLICY.issuer,
    TOKEN_AUDIENCE: AUDIENCE,
    QUERY_TOKEN: "allowed",
    ALLOWED_ORIGINS: "*",
  };
  const modules = [platform, signingSecrets, authorization, testTokens];
  return composeWith(environment, new Container({ defaultScope: "Singleton" }), new Set(), modules);
}

function newAuthorizer() {
  const logger = new RecordingLogger();
  const handler = authorizerHandler({ authorize: resolve(newInstance(), services.authorizeConnection), logger });
  const connect = (token: string) =>
    handler(authorizerEvent({ query: { access_token: token } }), lambdaContext()).then(
      () => "accepted",
      (error: Error) => error.message,
    );
  return { connect, logger };
}

describe("the authorizer over Secrets Manager", () => {
  it("fault:K3 fault:K4 refuses no good token among 1,000 while the secret is rotated", async () => {
    newSecret();
    const { connect } = newAuthorizer();
    const oldSigner = resolve(newInstance(), services.mintTestToken);
    const ann = [{ userId: "ann" as UserId }, []] as const;
    const outcomes: string[] = [];
    for (let connection = 0; connection < 500; connection += 1) outcomes.push(await connect(await oldSigner(...ann)));

    newSecret();
    const newSigner = resolve(newInstance(), services.mintTestToken);
    for (let connection = 0; connection < 500; connection += 1) {
      // A signer that does not know of the rotation continues to sign with the previous secret.
      outcomes.push(await connect(await (connection % 2 === 0 ? oldSigner(...ann) : newSigner(...ann))));
    }

    expect(outcomes).toHaveLength(1000);
    expect(new Set(outcomes)).toEqual(new Set(["accepted"]));
    // Two signers and the authorizer: one first request each, one for a previous secret if there is one, one reread.
    expect(server.requests.length).toBeLessThanOrEqual(8);
  });

  it("fault:K5 refuses a token signed with the pending secret, and still accepts a good one", async () => {
    const current = newSecret();
    const pending = randomBytes(36).toString("base64url");
    server.secret(ARN).add("pending", JSON.stringify({ signature: pending }), now(), ["AWSPENDING"]);
    const { connect } = newAuthorizer();

    const outcomes = [await connect(goodToken(now(), pending)), await connect(goodToken(now(), current))];

    expect(outcomes).toEqual(["Unauthorized", "accepted"]);
  });

  it("fault:K9 refuses a token signed with the secret in another encoding", async () => {
    const secret = put(randomBytes(36).toString("base64"));
    const { connect } = newAuthorizer();
    const decoded = forgeJws({ payload: goodClaims(now()), key: Buffer.from(secret, "base64") });

    const outcomes = [await connect(decoded), await connect(goodToken(now(), secret))];

    expect(outcomes).toEqual(["Unauthorized", "accepted"]);
  });

  const spki = publicKey.export({ type: "spki", format: "der" }).toString("base64");
  const jwk = JSON.stringify(publicKey.export({ format: "jwk" }));

  it.each([
    { title: "fault:K10 a secret of 1 character", secret: "a" },
    { title: "fault:K10 a secret of 31 characters", secret: "a".repeat(31) },
    { title: "fault:K10 attack:C2 32 NULs, with a token of the empty key", secret: "\0".repeat(32), key: "" },
    {
      title: "fault:K10 lone surrogates, with a token of U+FFFD",
      secret: "\ud800".repeat(32),
      key: "\ufffd".repeat(32),
    },
    { title: "fault:K12 a word repeated", secret: "password".repeat(4) },
    { title: "fault:K8 a PEM public key", secret: PEM },
    { title: "fault:K8 a PEM public key behind a space", secret: ` ${PEM}` },
    { title: "fault:K8 the base64 of a public key", secret: spki },
    { title: "fault:K8 a JWK", secret: jwk },
    { title: "fault:K8 a JWKS", secret: `{"keys":[${jwk}]}` },
    { title: "fault:K8 an OpenSSH line", secret: `ssh-ed25519 ${"AAAAC3NzaC1lZDI1NTE5".padEnd(68, "A")} ann` },
    { title: "fault:K8 the address of a JWKS", secret: "https://issuer.example/.well-known/jwks.json" },
  ])("$title is our fault, also for a token signed with it", async ({ secret, key = secret }) => {
    put(secret);
    const { connect, logger } = newAuthorizer();

    expect(await connect(forgeJws({ payload: goodClaims(now()), key }))).toBe("AuthorizerUnavailable");
    expect(logger.entries).toMatchObject([
      { level: "error", dependency: "SIGNING_SECRETS", errorName: "UnusableKeyError" },
    ]);
  });

  it.each([32, 64, 1024])("fault:K10 accepts a secret of %i characters", async (characters) => {
    const secret = put(randomBytes(characters).toString("base64url").slice(0, characters));
    const { connect } = newAuthorizer();

    expect(await connect(goodToken(now(), secret))).toBe("accepted");
  });

  it.each([
    { fault: { kind: "error", status: 400, type: "AccessDeniedException" }, errorName: "AccessDeniedException" },
    { fault: { kind: "error", status: 500, type: "InternalServiceError" }, errorName: "InternalServiceError" },
    { fault: { kind: "hang" }, errorName: "TimeoutError" },
  ] as const)(
    "fault:K1 fault:K2 $errorName is our fault, in one log entry that holds no secret",
    async ({ fault, errorName }) => {
      const secret = newSecret();
      server.fault = () => fault;
      const { connect, logger } = newAuthorizer();
      const token = goodToken(now(), secret);

      const outcome = await connect(token);

      expect(outcome).toBe("AuthorizerUnavailable");
      expect(logger.entries).toMatchObject([{ level: "error", dependency: "SIGNING_SECRETS", errorName }]);
      for (const canary of [secret, token, ...token.split(".")])
        expect(JSON.stringify(logger.entries)).not.toContain(canary);
    },
  );

  it("fault:K3 fault:K1 responds to a good token of a new secret with 500, not 401, while the service is down", async () => {
    const old = newSecret();
    const { connect } = newAuthorizer();
    const outcomes = [await connect(goodToken(now(), old))];

    const next = newSecret();
    server.fault = () => ({ kind: "error", status: 500, type: "InternalServiceError" });
    outcomes.push(await connect(goodToken(now(), next)), await connect(goodToken(now(), old)));

    expect(outcomes).toEqual(["accepted", "AuthorizerUnavailable", "accepted"]);
  });

  it("fault:K4 fault:K1 accepts tokens of the current secret while the previous one is throttled, and responds to others with 500", async () => {
    const old = newSecret();
    const next = newSecret();
    server.fault = (request) =>
      request.endsWith("AWSPREVIOUS") ? { kind: "error", status: 400, type: "ThrottlingException" } : undefined;
    const { connect } = newAuthorizer();

    const outcomes = [await connect(goodToken(now(), next)), await connect(goodToken(now(), old))];

    expect(outcomes).toEqual(["accepted", "AuthorizerUnavailable"]);
  });

  it.each(["ResourceNotFoundException", "InvalidRequestException", "AccessDeniedException", "DecryptionFailure"])(
    "fault:K1 admits no caller once the service has responded %s, which the first bad signature reveals",
    async (type) => {
      const secret = newSecret();
      const { connect } = newAuthorizer();
      const outcomes = [await connect(goodToken(now(), secret))];

      server.fault = () => ({ kind: "error", status: 400, type });
      outcomes.push(await connect(goodToken(now(), randomBytes(36).toString("base64url"))));
      outcomes.push(await connect(goodToken(now(), secret)));

      expect(outcomes).toEqual(["accepted", "AuthorizerUnavailable", "AuthorizerUnavailable"]);
    },
  );

  it("attack:N2 asks the service no more than twice for 1,000 bad signatures", async () => {
    const secret = newSecret();
    const { connect } = newAuthorizer();
    const bad = goodToken(now(), randomBytes(36).toString("base64url"));

    const outcomes = await Promise.all(Array.from({ length: 1000 }, () => connect(bad)));

    expect(new Set(outcomes)).toEqual(new Set(["Unauthorized"]));
    // AWSCURRENT and AWSPREVIOUS, in the first read and in the one reread.
    expect(server.requests.length).toBeLessThanOrEqual(4);
    expect(await connect(goodToken(now(), secret))).toBe("accepted");
  });
});
