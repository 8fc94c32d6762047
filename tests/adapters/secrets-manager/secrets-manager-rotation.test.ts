import { describe, expect, it, onTestFinished } from "vitest";
import { SecretsManagerRotation } from "../../../src/adapters/secrets-manager/secrets-manager-rotation.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import { MalformedInputError } from "../../../src/domain/errors.ts";
import { Secret } from "../../../src/domain/secret.ts";
import { describeRotatingSecret } from "../../contracts/rotating-secret.contract.ts";
import { SecretsManagerServer } from "../../support/secrets-manager/secrets-manager-server.ts";

const ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:jwt-AbCdEf";
const CURRENT = "aaaaaaaa-0000-4000-8000-000000000001";
const PENDING = "bbbbbbbb-0000-4000-8000-000000000002";

async function setUp() {
  const server = await SecretsManagerServer.start(onTestFinished);
  const versions = server.secret(ARN);
  versions.add(CURRENT, '{"signature":"old"}', 1_795_000_000, ["AWSCURRENT"]);
  versions.add(PENDING, {}, 1_795_000_100, ["AWSPENDING"]);
  return { server, versions, secret: new SecretsManagerRotation(server.client(), ARN) };
}

describe("SecretsManagerRotation, by its port's contract", () => {
  describeRotatingSecret({
    make: async () => ({ secret: (await setUp()).secret, current: CURRENT, pending: PENDING }),
    whenDown: async (outage) => {
      const { secret, server } = await setUp();
      server.fault = () => ({ kind: outage === "fails" ? "reset" : "hang" });
      return secret;
    },
  });
});

describe("SecretsManagerRotation", () => {
  it("moves AWSCURRENT, and with it AWSPREVIOUS", async () => {
    const { secret, versions } = await setUp();
    await secret.fill(PENDING, new Secret("new"));

    await secret.promote(PENDING);

    expect(versions.stages()).toMatchObject({
      [CURRENT]: ["AWSPREVIOUS"],
      [PENDING]: expect.arrayContaining(["AWSCURRENT"]),
    });
  });

  it("keeps a value that another caller stored between its read and its write", async () => {
    const { secret, server, versions } = await setUp();
    server.fault = (request) => {
      if (request === "PutSecretValue") versions.add(PENDING, '{"signature":"theirs"}', 1_795_000_200, ["AWSPENDING"]);
      return undefined;
    };

    await secret.fill(PENDING, new Secret("ours"));

    expect((await secret.read(PENDING))?.reveal()).toBe("theirs");
  });

  it("moves no label that is in its place", async () => {
    const { secret, server } = await setUp();

    await secret.promote(CURRENT);

    expect(server.requests).toEqual(["DescribeSecret"]);
  });

  it("counts a version that kept AWSPENDING beside AWSCURRENT as current", async () => {
    const { secret, versions } = await setUp();
    versions.label("AWSCURRENT", PENDING);

    expect(await secret.stageOf(PENDING)).toBe("current");
  });

  it("fault:K7 throws for a pending value that is malformed, without quoting it", async () => {
    const { secret, versions } = await setUp();
    versions.add(PENDING, "canary, not JSON", 1_795_000_200, ["AWSPENDING"]);

    const thrown: unknown = await secret.read(PENDING).catch((error: unknown) => error);

    expect(thrown).toBeInstanceOf(MalformedInputError);
    expect(String(thrown)).not.toContain("canary");
  });

  it.each<[operation: string, call: (secret: SecretsManagerRotation) => Promise<unknown>]>([
    ["DescribeSecret", (secret) => secret.stageOf(PENDING)],
    ["GetSecretValue", (secret) => secret.read(PENDING)],
    ["PutSecretValue", (secret) => secret.fill(PENDING, new Secret("new"))],
    ["UpdateSecretVersionStage", (secret) => secret.promote(PENDING)],
  ])("fault:K1 throws when %s is refused", async (operation, call) => {
    const { secret, server } = await setUp();
    const refused = { kind: "error", status: 400, type: "AccessDeniedException" } as const;
    server.fault = (request) => (request.startsWith(operation) ? refused : undefined);

    const thrown: unknown = await call(secret).catch((error: unknown) => error);

    expect(thrown).toBeInstanceOf(DependencyUnavailableError);
    expect(thrown).toMatchObject({ dependency: "SIGNING_SECRETS", cause: { name: "AccessDeniedException" } });
  });
});
