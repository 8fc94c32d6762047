import { randomUUID } from "node:crypto";
import { CreateSecretCommand, PutSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { JoseTokenSigner } from "../../../src/adapters/jose/jose-token-signer.ts";
import { makeSecretsManagerClient } from "../../../src/adapters/secrets-manager/secrets-manager-client.ts";
import { SecretsManagerRotation } from "../../../src/adapters/secrets-manager/secrets-manager-rotation.ts";
import { SecretsManagerSource } from "../../../src/adapters/secrets-manager/secrets-manager-source.ts";
import { RandomSecrets, SystemClock } from "../../../src/adapters/system/system.ts";
import { makeCachedSigningSecrets } from "../../../src/application/secrets/cached-signing-secrets.ts";
import { makeRotateSigningSecret, ROTATION_STEPS } from "../../../src/application/secrets/rotate-signing-secret.ts";
import type { UnverifiedToken } from "../../../src/domain/token/credentials.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";
import { hasMoto, startMoto } from "../../support/moto-server.ts";
import { verifierOver } from "../../support/one-issuer.ts";
import { fetchHeld } from "../../support/secrets-manager/fetch-held.ts";

const OLD = "old-signing-secret-0123456789abcdef";

describe.skipIf(!hasMoto())("Secrets Manager, emulated by moto,", () => {
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let client: SecretsManagerClient;
  let secretId: string;
  beforeAll(async () => {
    moto = await startMoto();
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    client = makeSecretsManagerClient({ endpoint: moto.endpoint, region: "eu-west-1", credentials });
  });
  afterAll(() => {
    client.destroy();
    moto.stop();
  });
  beforeEach(async () => {
    const SecretString = JSON.stringify({ signature: OLD });
    const { ARN = "" } = await client.send(new CreateSecretCommand({ Name: `jwt-${randomUUID()}`, SecretString }));
    secretId = ARN;
  });

  /**
   * Runs all steps of a rotation whose new version has its value already. moto's RotateSecret promotes an empty version
   * at once unless it has a Lambda to call, so no rotation can begin earlier here.
   */
  async function rotate(betweenSteps: () => Promise<unknown> = async () => {}): Promise<void> {
    const version = randomUUID();
    const SecretString = JSON.stringify({ signature: new RandomSecrets().next().reveal() });
    const pending = { SecretId: secretId, ClientRequestToken: version, VersionStages: ["AWSPENDING"] };
    await client.send(new PutSecretValueCommand({ ...pending, SecretString }));
    const secret = new SecretsManagerRotation(client, secretId);
    const rotateSecret = makeRotateSigningSecret({ secret, generator: new RandomSecrets() });
    for (const step of ROTATION_STEPS) {
      await betweenSteps();
      expect(await rotateSecret({ step, version })).toEqual({ kind: "done" });
    }
  }

  /** A separate process, with its own memory of the secrets. */
  function newInstance() {
    return makeCachedSigningSecrets({
      source: new SecretsManagerSource(client, secretId),
      clock: new SystemClock(),
      logger: new RecordingLogger(),
      tokenLifetimeSeconds: 3600,
    });
  }

  it("has a first version and none before it", async () => {
    const versions = await fetchHeld(new SecretsManagerSource(client, secretId));

    expect(versions.current.reveal()).toBe(OLD);
    expect(versions.previous).toBeUndefined();
  });

  it("keeps the previous version after a rotation, and no older one", async () => {
    const source = new SecretsManagerSource(client, secretId);
    await rotate();
    const once = await fetchHeld(source);
    await rotate();
    const twice = await fetchHeld(source);

    expect(once.previous?.reveal()).toBe(OLD);
    expect(once.current.reveal()).not.toBe(OLD);
    expect(twice.previous?.reveal()).toBe(once.current.reveal());
  });

  it("inv:21 refuses none of 1,000 connects across a rotation, in instances that know of it and in others", async () => {
    const oldSigner = new JoseTokenSigner(newInstance());
    const oldVerifier = verifierOver(newInstance());
    const claims = { iss: "issuer", aud: "audience" };
    // Both processes now remember the old secret.
    await oldVerifier.verify((await oldSigner.sign(claims)) as UnverifiedToken);
    const outcomes: string[] = [];

    async function connects(count: number): Promise<void> {
      const newSigner = new JoseTokenSigner(newInstance());
      const newVerifier = verifierOver(newInstance());
      for (let done = 0; done < count; done += 20) {
        const attempts = Array.from({ length: 20 }, async (_, index) => {
          const token = await (index % 2 === 0 ? oldSigner : newSigner).sign(claims);
          const verified = await (index % 4 < 2 ? oldVerifier : newVerifier).verify(token as UnverifiedToken);
          outcomes.push(verified.kind);
        });
        await Promise.all(attempts);
      }
    }
    const underway = connects(200);
    await rotate(() => connects(160));
    await underway;
    await connects(160);

    expect(outcomes).toEqual(Array.from({ length: 1000 }, () => "verified"));
  });
});
