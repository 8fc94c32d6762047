import { randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  InvalidParameterException,
  InvalidRequestException,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  type PutSecretValueCommandInput,
  ResourceExistsException,
  ResourceNotFoundException,
  RestoreSecretCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
  type UpdateSecretVersionStageCommandInput,
} from "@aws-sdk/client-secrets-manager";
import { describe, expect, it } from "vitest";
import { FIRST_VALUE, KEY_ARN, type SecretsUnderTest, startSecrets } from "../support/secrets.ts";

const DAY = 86_400_000;

type Input<T> = Omit<T, "SecretId">;

const get = ({ client }: SecretsUnderTest, input: Input<GetSecretValueCommandInput> = {}) =>
  client.send(new GetSecretValueCommand({ SecretId: "key", ...input }));
const put = ({ client }: SecretsUnderTest, input: Input<PutSecretValueCommandInput>) =>
  client.send(new PutSecretValueCommand({ SecretId: "key", ...input }));
const move = ({ client }: SecretsUnderTest, input: Input<UpdateSecretVersionStageCommandInput>) =>
  client.send(new UpdateSecretVersionStageCommand({ SecretId: "key", ...input }));
const describeKey = ({ client }: SecretsUnderTest) => client.send(new DescribeSecretCommand({ SecretId: "key" }));

/** Labels by the value of their version. */
async function labels(under: SecretsUnderTest): Promise<Record<string, readonly string[]>> {
  const { VersionIdsToStages = {} } = await describeKey(under);
  const entries = Object.entries(VersionIdsToStages).map(async ([VersionId, stages]) => {
    return [(await get(under, { VersionId })).SecretString, stages] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

describe("the value of a secret", () => {
  it.each([
    ["name", "key"],
    ["ARN", KEY_ARN],
    ["ARN without its suffix", KEY_ARN.replace("-AbCdEf", "")],
  ])("is found by %s", async (_, SecretId) => {
    const under = await startSecrets();
    const value = await under.client.send(new GetSecretValueCommand({ SecretId }));
    expect(value).toMatchObject({
      ARN: KEY_ARN,
      Name: "key",
      VersionId: expect.stringMatching(/^[\da-f-]{36}$/),
      SecretString: FIRST_VALUE,
      VersionStages: ["AWSCURRENT"],
      CreatedDate: new Date(under.scheduler.now()),
    });
  });

  it("may be bytes", async () => {
    const under = await startSecrets();
    await put(under, { SecretBinary: Uint8Array.of(0, 255, 7) });
    const value = await get(under);
    expect([value.SecretBinary, value.SecretString]).toEqual([Uint8Array.of(0, 255, 7), undefined]);
  });

  it("keeps its previous version, and by id an older one", async () => {
    const under = await startSecrets();
    const { VersionId } = await get(under);
    under.scheduler.advance(1000);
    await put(under, { SecretString: "second" });
    expect((await get(under)).CreatedDate).toEqual(new Date(under.scheduler.now()));
    expect(await labels(under)).toEqual({ [FIRST_VALUE]: ["AWSPREVIOUS"], second: ["AWSCURRENT"] });
    await put(under, { SecretString: "third" });
    expect(await labels(under)).toEqual({ second: ["AWSPREVIOUS"], third: ["AWSCURRENT"] });
    expect(await get(under, { VersionId })).toMatchObject({ SecretString: FIRST_VALUE });
    expect((await get(under, { VersionStage: "AWSPREVIOUS" })).SecretString).toBe("second");
  });

  it("that is pending changes nothing for readers of the current one", async () => {
    const under = await startSecrets();
    await put(under, { SecretString: "next", VersionStages: ["AWSPENDING"] });
    expect((await get(under)).SecretString).toBe(FIRST_VALUE);
    expect((await get(under, { VersionStage: "AWSPENDING" })).SecretString).toBe("next");
  });

  it("is written once for a token: the same value again changes nothing, another one is refused", async () => {
    const under = await startSecrets();
    const ClientRequestToken = randomUUID();
    const first = await put(under, { SecretString: "next", ClientRequestToken });
    expect(first.VersionId).toBe(ClientRequestToken);
    expect(await put(under, { SecretString: "next", ClientRequestToken })).toMatchObject({
      VersionStages: ["AWSCURRENT"],
    });
    await expect(put(under, { SecretString: "other", ClientRequestToken })).rejects.toThrow(ResourceExistsException);
    expect((await get(under)).SecretString).toBe("next");
  });

  it("keeps at most a hundred versions, and all that have a label", async () => {
    const under = await startSecrets();
    for (let n = 0; n < 110; n += 1) await put(under, { SecretString: `value ${n}` });
    const { Versions } = await under.client.send(
      new ListSecretVersionIdsCommand({ SecretId: "key", IncludeDeprecated: true, MaxResults: 100 }),
    );
    expect(Versions).toHaveLength(100);
    expect(await labels(under)).toEqual({ "value 108": ["AWSPREVIOUS"], "value 109": ["AWSCURRENT"] });
  });

  it.each([
    ["an unknown version", { VersionId: "a".repeat(32) }, ResourceNotFoundException],
    ["an unknown label", { VersionStage: "AWSPREVIOUS" }, ResourceNotFoundException],
  ])("is not found by %s", async (_, input, error) => {
    await expect(get(await startSecrets(), input)).rejects.toThrow(error);
  });

  it("is refused if version and label do not belong together", async () => {
    const under = await startSecrets();
    const { VersionId } = await get(under);
    await put(under, { SecretString: "next" });
    await expect(get(under, { VersionId, VersionStage: "AWSCURRENT" })).rejects.toThrow(InvalidRequestException);
  });

  it.each([
    ["none", {}, InvalidRequestException],
    ["two", { SecretString: "a", SecretBinary: Uint8Array.of(1) }, InvalidParameterException],
    ["one of more than 64 KB", { SecretString: "x".repeat(65_537) }, InvalidParameterException],
    ["a short token", { SecretString: "a", ClientRequestToken: "short" }, InvalidParameterException],
  ])("is not written with %s", async (_, input, error) => {
    await expect(put(await startSecrets(), input)).rejects.toThrow(error);
  });
});

describe("a staging label", () => {
  it("AWSCURRENT moves back, and AWSPREVIOUS goes to the version that it leaves", async () => {
    const under = await startSecrets();
    const { VersionId: first } = await get(under);
    const { VersionId: second } = await put(under, { SecretString: "second" });
    await move(under, { VersionStage: "AWSCURRENT", MoveToVersionId: first, RemoveFromVersionId: second });
    expect(await labels(under)).toEqual({ [FIRST_VALUE]: ["AWSCURRENT"], second: ["AWSPREVIOUS"] });
  });

  it("of one's own is put on a version, moved and removed", async () => {
    const under = await startSecrets();
    const { VersionId: first } = await get(under);
    const { VersionId: second } = await put(under, { SecretString: "second", VersionStages: ["blue"] });
    await move(under, { VersionStage: "blue", MoveToVersionId: first, RemoveFromVersionId: second });
    expect((await get(under, { VersionStage: "blue" })).SecretString).toBe(FIRST_VALUE);
    await move(under, { VersionStage: "blue", RemoveFromVersionId: first });
    expect(await labels(under)).toEqual({ [FIRST_VALUE]: ["AWSCURRENT"] });
  });

  it("is not taken from a version that is not named, nor from one that has it not", async () => {
    const under = await startSecrets();
    const { VersionId: second } = await put(under, { SecretString: "second", VersionStages: ["blue"] });
    const silent = move(under, { VersionStage: "AWSCURRENT", MoveToVersionId: second });
    await expect(silent).rejects.toThrow(/^The parameter RemoveFromVersionId can't be empty/);
    const wrong = move(under, { VersionStage: "blue", RemoveFromVersionId: "a".repeat(32) });
    await expect(wrong).rejects.toThrow(InvalidParameterException);
    const unknown = move(under, { VersionStage: "blue", MoveToVersionId: "a".repeat(32), RemoveFromVersionId: second });
    await expect(unknown).rejects.toThrow(ResourceNotFoundException);
    expect(await labels(under)).toEqual({ [FIRST_VALUE]: ["AWSCURRENT"], second: ["blue"] });
  });

  it("AWSCURRENT cannot be removed", async () => {
    const under = await startSecrets();
    const { VersionId } = await get(under);
    const removed = move(under, { VersionStage: "AWSCURRENT", RemoveFromVersionId: VersionId });
    await expect(removed).rejects.toThrow("It can't be completely removed.");
  });
});

describe("a secret", () => {
  it("is described without its value", async () => {
    const under = await startSecrets({ rotate: () => undefined, everyMillis: DAY });
    const { VersionId = "" } = await get(under);
    const described = await describeKey(under);
    expect(described).toMatchObject({
      ARN: KEY_ARN,
      Name: "key",
      Description: "signs",
      RotationEnabled: true,
      RotationLambdaARN: "arn:aws:lambda:us-east-1:123456789012:function:Rotate",
      NextRotationDate: new Date(under.scheduler.now() + DAY),
      LastAccessedDate: new Date("2026-11-22T00:00:00Z"),
      VersionIdsToStages: { [VersionId]: ["AWSCURRENT"] },
      Tags: [{ Key: "team", Value: "blue" }],
    });
    expect(JSON.stringify(described)).not.toContain(FIRST_VALUE);
  });

  it("is created, listed by its name, and not created twice", async () => {
    const { client } = await startSecrets();
    const created = await client.send(new CreateSecretCommand({ Name: "app/db", SecretString: "x" }));
    expect(created.ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:123456789012:secret:app\/db-[A-Za-z0-9]{6}$/);
    expect((await client.send(new GetSecretValueCommand({ SecretId: "app/db" }))).VersionId).toBe(created.VersionId);
    await expect(client.send(new CreateSecretCommand({ Name: "app/db" }))).rejects.toThrow(ResourceExistsException);
    await expect(client.send(new CreateSecretCommand({ Name: "no blanks" }))).rejects.toThrow("Invalid name.");
    const Filters = [{ Key: "name" as const, Values: ["app"] }];
    const { SecretList } = await client.send(new ListSecretsCommand({ Filters }));
    expect(SecretList?.map(({ Name }) => Name)).toEqual(["app/db"]);
  });

  it("is listed page by page", async () => {
    const { client } = await startSecrets();
    for (const Name of ["a", "b"]) await client.send(new CreateSecretCommand({ Name }));
    const first = await client.send(new ListSecretsCommand({ MaxResults: 2 }));
    const second = await client.send(new ListSecretsCommand({ MaxResults: 2, NextToken: first.NextToken }));
    const names = [first, second].map(({ SecretList }) => SecretList?.map(({ Name }) => Name));
    expect([...names, second.NextToken]).toEqual([["key", "a"], ["b"], undefined]);
  });

  it("gets a new value and description by an update", async () => {
    const under = await startSecrets();
    await under.client.send(new UpdateSecretCommand({ SecretId: "key", SecretString: "next", Description: "new" }));
    expect(await labels(under)).toEqual({ [FIRST_VALUE]: ["AWSPREVIOUS"], next: ["AWSCURRENT"] });
    expect((await describeKey(under)).Description).toBe("new");
  });

  it("that is marked for deletion cannot be read, can be restored, and is gone after its recovery window", async () => {
    const under = await startSecrets();
    const { client, scheduler } = under;
    const remove = () => client.send(new DeleteSecretCommand({ SecretId: "key", RecoveryWindowInDays: 7 }));
    expect(await remove()).toMatchObject({ DeletionDate: new Date(scheduler.now() + 7 * DAY) });
    await expect(get(under)).rejects.toThrow(InvalidRequestException);
    expect(await describeKey(under)).toHaveProperty("DeletedDate", new Date(scheduler.now()));
    expect((await client.send(new ListSecretsCommand())).SecretList).toEqual([]);
    await client.send(new RestoreSecretCommand({ SecretId: "key" }));
    expect((await get(under)).SecretString).toBe(FIRST_VALUE);
    await remove();
    scheduler.advance(7 * DAY);
    await expect(get(under)).rejects.toThrow(ResourceNotFoundException);
  });

  it("is deleted at once by force", async () => {
    const under = await startSecrets();
    await under.client.send(new DeleteSecretCommand({ SecretId: "key", ForceDeleteWithoutRecovery: true }));
    await expect(get(under)).rejects.toThrow(ResourceNotFoundException);
  });
});

it("makes random passwords", async () => {
  const { client } = await startSecrets();
  const { RandomPassword } = await client.send(
    new GetRandomPasswordCommand({ PasswordLength: 64, ExcludePunctuation: true }),
  );
  expect(RandomPassword).toMatch(/^[A-Za-z0-9]{64}$/);
  await expect(client.send(new GetRandomPasswordCommand({ PasswordLength: 4097 }))).rejects.toThrow(
    InvalidParameterException,
  );
});

it("a caller must sign, name a secret, and make a token for a new version", async () => {
  const { origin } = await startSecrets();
  const call = async (operation: string, input: object, authorization = "AWS4-HMAC-SHA256 by anybody") => {
    const headers = { "X-Amz-Target": `secretsmanager.${operation}`, authorization };
    const response = await fetch(origin, { method: "POST", headers, body: JSON.stringify(input) });
    return [response.status, ((await response.json()) as { __type: string }).__type.split("#")[1]];
  };
  expect(await call("GetSecretValue", { SecretId: "key" }, "")).toEqual([403, "MissingAuthenticationTokenException"]);
  expect(await call("GetSecretValue", {})).toEqual([400, "InvalidParameterException"]);
  expect(await call("PutSecretValue", { SecretId: "key", SecretString: "x" })).toEqual([
    400,
    "InvalidParameterException",
  ]);
  expect(await call("ReplicateSecretToRegions", {})).toEqual([400, "UnknownOperationException"]);
});

describe("the memory of secrets has a bound", () => {
  it("by twenty labels on all versions together: a version with a label is never deleted", async () => {
    const under = await startSecrets();
    const putAs = (label: string) => put(under, { SecretString: label, VersionStages: [label] });
    for (let label = 1; label < 20; label += 1) await putAs(`label-${label}`);
    await expect(putAs("one-more")).rejects.toMatchObject({ name: "LimitExceededException" });
    await putAs("label-1");
    const { VersionId } = await put(under, { SecretString: "current" });
    const moved = move(under, { VersionStage: "one-more", MoveToVersionId: VersionId });
    await expect(moved).rejects.toMatchObject({ name: "LimitExceededException" });
  });

  it("by two hundred secrets", async () => {
    const { client } = await startSecrets();
    const create = (name: string) => client.send(new CreateSecretCommand({ Name: name }));
    await Promise.all(Array.from({ length: 199 }, (_, at) => create(`secret-${at}`)));
    await expect(create("one-more")).rejects.toMatchObject({ name: "LimitExceededException" });
    await client.send(new DeleteSecretCommand({ SecretId: "secret-0", ForceDeleteWithoutRecovery: true }));
    await create("one-more");
  });

  it.each([
    { Description: "x".repeat(2049) },
    { KmsKeyId: "x".repeat(2049) },
    { Tags: Array.from({ length: 51 }, (_, at) => ({ Key: `${at}`, Value: "" })) },
    { Tags: [{ Key: "x".repeat(129), Value: "" }] },
    { Tags: [{ Key: "x", Value: "x".repeat(257) }] },
  ])("by the lengths of AWS for all that describes one: %#", async (described) => {
    const { client } = await startSecrets();
    const created = client.send(new CreateSecretCommand({ Name: "described", ...described }));
    await expect(created).rejects.toThrow(InvalidParameterException);
  });
});
