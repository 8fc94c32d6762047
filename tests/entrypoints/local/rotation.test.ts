import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { RunningTemplate } from "@portcullis/emulator";
import { handshakeStatus } from "@portcullis/emulator/testing";
import { SignJWT } from "jose";
import { afterEach, expect, it } from "vitest";
import { startLocalStack } from "../../../src/entrypoints/local/start-local-stack.ts";
import { freePort } from "../../support/emulator-parts.ts";

const SecretId = "JwtSignatureSecret";
const GIVEN = "only-for-tests-0123456789abcdef0";

let runtime: RunningTemplate;
let client: SecretsManagerClient;
const lines: string[] = [];

afterEach(async () => {
  client.destroy();
  await runtime.close();
});

async function start(jwtSecret?: string): Promise<void> {
  const options = { port: await freePort(), stage: "dev", logLevel: "ERROR", parameters: {} } as const;
  runtime = await startLocalStack(
    { ...options, ...(jwtSecret !== undefined && { jwtSecret }) },
    { warn: (line) => lines.push(line) },
  );
  const account = { region: "us-east-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };
  client = new SecretsManagerClient({ ...account, endpoint: runtime.endpoint });
}

/** The key that an issuer of one's own reads. */
async function readKey(VersionStage: string): Promise<string> {
  const { SecretString = "" } = await client.send(new GetSecretValueCommand({ SecretId, VersionStage }));
  return JSON.parse(SecretString).signature;
}

function sign(key: string, userId = "ann"): Promise<string> {
  return new SignJWT({ data: { userId } })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer("portcullis")
    .setAudience("portcullis")
    .setIssuedAt()
    .setExpirationTime("5m")
    .sign(Buffer.from(key));
}

const statusOf = (token: string) => handshakeStatus(runtime.url, { subprotocols: ["websocket", token] });

/** Connects one after another until it is told to end. Resolves with the statuses. */
function keepConnecting(token: string): () => Promise<readonly (number | undefined)[]> {
  let isEnding = false;
  const statuses: (number | undefined)[] = [];
  const connecting = (async () => {
    do statuses.push(await statusOf(token));
    while (!isEnding);
  })();
  return async () => {
    isEnding = true;
    await connecting;
    return statuses;
  };
}

it("inv:21 a rotation while clients connect refuses no token, of the old secret or of the new one", {
  timeout: 20_000,
}, async () => {
  await start();
  const oldKey = await readKey("AWSCURRENT");
  expect(oldKey).toMatch(/^[A-Za-z0-9]{64}$/);
  const oldToken = await sign(oldKey);
  expect(await statusOf(oldToken)).toBe(101);
  const stop = keepConnecting(oldToken);
  const { VersionId = "" } = await client.send(new RotateSecretCommand({ SecretId }));
  const described = () => client.send(new DescribeSecretCommand({ SecretId }));
  await expect.poll(async () => (await described()).LastRotatedDate, { timeout: 10_000 }).toBeInstanceOf(Date);

  expect((await described()).VersionIdsToStages?.[VersionId]).toContain("AWSCURRENT");
  const newKey = await readKey("AWSCURRENT");
  expect([newKey === oldKey, (await readKey("AWSPREVIOUS")) === oldKey]).toEqual([false, true]);
  // The authorizer remembers the old secret alone, and reads again since the signature is bad.
  const newToken = await sign(newKey);
  expect(await statusOf(newToken)).toBe(101);
  const outcomes = new Set([...(await stop()), await statusOf(oldToken), await statusOf(newToken)]);
  expect(outcomes).toEqual(new Set([101]));
  expect(await statusOf(await sign("another-secret-0123456789-abcdefghij"))).toBe(401);
  expect(lines).toEqual([expect.stringContaining(`${SecretId} was rotated`)]);
  expect(lines.join()).not.toContain(newKey);
});

it("--jwt-secret is the secret's first version", async () => {
  await start(GIVEN);

  expect(await readKey("AWSCURRENT")).toBe(GIVEN);
});
