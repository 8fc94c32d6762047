import { randomUUID } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { SecretsManagerRotation } from "../../../src/adapters/secrets-manager/secrets-manager-rotation.ts";
import { RandomSecrets } from "../../../src/adapters/system/system.ts";
import { makeRotateSigningSecret, ROTATION_STEPS } from "../../../src/application/secrets/rotate-signing-secret.ts";
import { rotateSecretHandler } from "../../../src/entrypoints/lambda/handlers/rotate-secret.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";
import { lambdaContext } from "../../support/lambda-context.ts";
import { SecretsManagerServer } from "../../support/secrets-manager/secrets-manager-server.ts";

const ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:jwt-AbCdEf";
const OLD = "planted-old-secret-0123456789abcdef";

async function setUp() {
  const server = await SecretsManagerServer.start(onTestFinished);
  const versions = server.secret(ARN);
  versions.put(JSON.stringify({ signature: OLD }), 1_795_000_000);
  const logger = new RecordingLogger();
  const secret = new SecretsManagerRotation(server.client(), ARN);
  const handler = rotateSecretHandler({
    rotate: makeRotateSigningSecret({ secret, generator: new RandomSecrets() }),
    logger,
  });
  /** RotateSecret: labels an empty version, then invokes the function once per step. */
  const begin = () => {
    const version = randomUUID();
    versions.add(version, {}, 1_795_000_100, ["AWSPENDING"]);
    return version;
  };
  const invoke = (version: string, step: string) =>
    handler({ SecretId: ARN, ClientRequestToken: version, Step: step }, lambdaContext());
  return { server, versions, logger, handler, begin, invoke };
}

describe("rotate-secret", () => {
  it("rotates by the steps of Secrets Manager, and logs neither secret", async () => {
    const { versions, logger, begin, invoke } = await setUp();
    const version = begin();

    for (const step of ROTATION_STEPS) await invoke(version, step);

    const rotated: string = JSON.parse(versions.find(undefined).content.SecretString ?? "").signature;
    expect(rotated).toMatch(/^[A-Za-z0-9_-]{64}$/);
    expect(JSON.parse(versions.find(undefined, "AWSPREVIOUS").content.SecretString ?? "").signature).toBe(OLD);
    expect(logger.entries).toMatchObject(ROTATION_STEPS.map(() => ({ level: "info", outcome: "done" })));
    for (const canary of [OLD, rotated]) expect(JSON.stringify(logger.entries)).not.toContain(canary);
  });

  it("fault:18 finishes a rotation that was interrupted at any step and begun again", async () => {
    const { server, versions, begin, invoke } = await setUp();
    const version = begin();
    const refused = { kind: "error", status: 500, type: "InternalServiceError" } as const;

    for (const step of ROTATION_STEPS) {
      for (const operation of ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"]) {
        server.fault = (request) => (request.startsWith(operation) ? refused : undefined);
        await invoke(version, step).catch(() => {});
        server.fault = () => undefined;
      }
      await invoke(version, step);
    }

    expect(versions.find(undefined).id).toBe(version);
  });

  it("fails for a version that no rotation has begun, and says why in the log", async () => {
    const { versions, logger, invoke } = await setUp();
    const before = versions.stages();

    await expect(invoke(randomUUID(), "createSecret")).rejects.toThrow(/^RotationRefused$/);

    expect(versions.stages()).toEqual(before);
    expect(logger.entries).toMatchObject([{ outcome: "refused", reason: "VERSION_NOT_PENDING" }]);
  });

  it.each<[title: string, event: unknown]>([
    ["nothing", undefined],
    ["a list", []],
    ["no step", { SecretId: ARN, ClientRequestToken: randomUUID() }],
    ["an unknown step", { SecretId: ARN, ClientRequestToken: randomUUID(), Step: "dropSecret" }],
    ["an inherited step", { SecretId: ARN, ClientRequestToken: randomUUID(), __proto__: { Step: "createSecret" } }],
    ["no version", { SecretId: ARN, Step: "createSecret" }],
    ["a version that is not a text", { SecretId: ARN, ClientRequestToken: [randomUUID()], Step: "createSecret" }],
    ["a version beyond 64 characters", { SecretId: ARN, ClientRequestToken: "a".repeat(65), Step: "createSecret" }],
  ])("refuses %s without a call of any port", async (_title, event) => {
    const { server, logger, handler } = await setUp();

    await expect(handler(event, lambdaContext())).rejects.toThrow(/^RotationFailed$/);

    expect(server.requests).toEqual([]);
    expect(logger.entries).toMatchObject([{ level: "error", errorCode: "MALFORMED_EVENT" }]);
  });
});
