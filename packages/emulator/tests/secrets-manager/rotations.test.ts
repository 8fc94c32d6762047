import { randomUUID } from "node:crypto";
import {
  CancelRotateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  type RotateSecretCommandInput,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { expect, it } from "vitest";
import { deferred } from "../support/deferred.ts";
import type { Handler, Json } from "../support/handlers.ts";
import { FIRST_VALUE, KEY_ARN, startSecrets } from "../support/secrets.ts";

const DAY = 86_400_000;
const MINUTE = 60_000;
const SecretId = "key";

/** A rotation function after AWS's own template for one; `fail` makes a step fail. */
function rotating(fail: (step: string) => boolean = () => false) {
  const own: { client?: SecretsManagerClient } = {};
  const rotate: Handler = async ({ Step, SecretId: id, ClientRequestToken: token }) => {
    const { client } = own;
    if (fail(Step)) throw new RangeError(Step);
    if (Step === "createSecret") {
      const next = { SecretString: `value of ${token}`, ClientRequestToken: token, VersionStages: ["AWSPENDING"] };
      await client?.send(new PutSecretValueCommand({ SecretId: id, ...next }));
    }
    if (Step !== "finishSecret") return;
    const { VersionId } = (await client?.send(new GetSecretValueCommand({ SecretId: id }))) ?? {};
    const from = { VersionStage: "AWSCURRENT", RemoveFromVersionId: VersionId };
    await client?.send(new UpdateSecretVersionStageCommand({ SecretId: id, ...from, MoveToVersionId: token }));
  };
  return { own, rotate };
}

async function startRotating(options: { fail?: (step: string) => boolean; everyMillis?: number } = {}) {
  const { own, rotate } = rotating(options.fail);
  const { everyMillis } = options;
  const under = await startSecrets({ rotate, ...(everyMillis !== undefined && { everyMillis }) });
  own.client = under.client;
  const steps = () => under.events.map(({ Step }: Json) => Step);
  const ended = (count = 1) => expect.poll(() => under.observed.length, { interval: 2 }).toBe(count);
  const send = (input: Omit<RotateSecretCommandInput, "SecretId"> = {}) =>
    under.client.send(new RotateSecretCommand({ SecretId, ...input }));
  const value = async (VersionStage: string) =>
    (await under.client.send(new GetSecretValueCommand({ SecretId, VersionStage }))).SecretString;
  const describeKey = () => under.client.send(new DescribeSecretCommand({ SecretId }));
  return { ...under, steps, ended, send, value, describeKey };
}

it("a rotation invokes the function with four steps in order, and the previous version stays", async () => {
  const { send, ended, events, value, observed, describeKey, scheduler } = await startRotating();
  const { VersionId } = await send();
  await ended();

  expect(events).toEqual(
    ["createSecret", "setSecret", "testSecret", "finishSecret"].map((Step) => ({
      Step,
      SecretId: KEY_ARN,
      ClientRequestToken: VersionId,
      RotationToken: expect.any(String),
    })),
  );
  expect(await value("AWSCURRENT")).toBe(`value of ${VersionId}`);
  expect(await value("AWSPREVIOUS")).toBe(FIRST_VALUE);
  expect(await describeKey()).toMatchObject({ LastRotatedDate: new Date(scheduler.now()) });
  expect(observed).toEqual([{ kind: "secret-rotated", secret: "key", versionId: VersionId }]);
});

it("RotateSecret responds while the function runs, and the new version has no value before the function puts it", async () => {
  const go = deferred();
  const { own, rotate } = rotating();
  const under = await startSecrets({
    rotate: async (event, context) => {
      await go.promise;
      return rotate(event, context);
    },
  });
  own.client = under.client;
  const { VersionId } = await under.client.send(new RotateSecretCommand({ SecretId }));
  const { VersionIdsToStages } = await under.client.send(new DescribeSecretCommand({ SecretId }));
  expect(VersionIdsToStages?.[VersionId ?? ""]).toEqual(["AWSPENDING"]);
  const pending = new GetSecretValueCommand({ SecretId, VersionStage: "AWSPENDING" });
  await expect(under.client.send(pending)).rejects.toThrow("can't find the specified secret value for staging label");
  await expect(under.client.send(new RotateSecretCommand({ SecretId }))).rejects.toThrow(
    "A previous rotation isn't complete. That rotation will be reattempted.",
  );
  await under.client.send(new RotateSecretCommand({ SecretId, ClientRequestToken: VersionId }));
  go.resolve();
  await expect.poll(() => under.observed.length, { interval: 2 }).toBe(1);

  expect(under.events).toHaveLength(4);
});

it("a rotation may follow another one, and one that is asked for again does not happen twice", async () => {
  const { send, ended, steps, value } = await startRotating();
  const { VersionId: first } = await send();
  await ended();
  await send({ ClientRequestToken: first });
  const { VersionId: second } = await send();
  await ended(2);

  expect(steps()).toHaveLength(8);
  expect([await value("AWSCURRENT"), await value("AWSPREVIOUS")]).toEqual([`value of ${second}`, `value of ${first}`]);
});

it("a step that fails ends the try, the current version stays, and the whole rotation is tried again", async () => {
  let isFailing = true;
  const { send, ended, steps, value, observed, scheduler } = await startRotating({
    fail: (step) => isFailing && step === "testSecret",
  });
  const { VersionId } = await send();
  await ended();
  expect(steps()).toEqual(["createSecret", "setSecret", "testSecret"]);
  expect(observed).toEqual([
    {
      ...{ kind: "secret-rotation-failed", secret: "key", versionId: VersionId },
      ...{ step: "testSecret", reason: "RangeError", retryAfterMillis: MINUTE },
    },
  ]);
  expect(await value("AWSCURRENT")).toBe(FIRST_VALUE);
  isFailing = false;
  scheduler.advance(MINUTE - 1);
  expect(steps()).toHaveLength(3);
  scheduler.advance(1);
  await ended(2);

  expect(steps().slice(3)).toEqual(["createSecret", "setSecret", "testSecret", "finishSecret"]);
  expect(await value("AWSCURRENT")).toBe(`value of ${VersionId}`);
});

it("a rotation that keeps failing is given up, until RotateSecret is called again", async () => {
  let isFailing = true;
  const { send, ended, steps, observed, scheduler, value } = await startRotating({ fail: () => isFailing });
  const { VersionId } = await send();
  for (const [index, minutes] of [1, 2, 4, 8].entries()) {
    await ended(index + 1);
    scheduler.advance(minutes * MINUTE);
  }
  await ended(5);
  expect(observed.map(({ retryAfterMillis }) => retryAfterMillis / MINUTE)).toEqual([1, 2, 4, 8, Number.NaN]);
  expect(scheduler.pending).toBe(0);
  isFailing = false;
  await expect(send()).rejects.toThrow("A previous rotation isn't complete");
  await ended(6);

  expect(await value("AWSCURRENT")).toBe(`value of ${VersionId}`);
  expect(steps()).toHaveLength(9);
});

it("a function that returns without moving AWSCURRENT has not rotated the secret", async () => {
  const under = await startSecrets({ rotate: () => undefined });
  await under.client.send(new RotateSecretCommand({ SecretId }));
  await expect.poll(() => under.observed.length, { interval: 2 }).toBe(1);

  expect(under.observed).toMatchObject([{ kind: "secret-rotation-failed", step: "finishSecret" }]);
});

it("a schedule rotates the secret at each whole period, counted from the last rotation", async () => {
  const { scheduler, ended, steps, send, describeKey } = await startRotating({ everyMillis: 30 * DAY });
  scheduler.advance(30 * DAY - 1);
  expect(steps()).toEqual([]);
  scheduler.advance(1);
  await ended();
  scheduler.advance(10 * DAY);
  await send();
  await ended(2);
  expect(await describeKey()).toMatchObject({ NextRotationDate: new Date(scheduler.now() + 30 * DAY) });
  scheduler.advance(30 * DAY - 1);
  expect(steps()).toHaveLength(8);
  scheduler.advance(1);
  await ended(3);
});

it("no function rotates a secret without a permission for Secrets Manager", async () => {
  const asked: unknown[] = [];
  const mayRotate = (...permission: unknown[]) => {
    asked.push(permission);
    return false;
  };
  const under = await startSecrets({ rotate: () => undefined, everyMillis: DAY, mayRotate });
  await expect(under.client.send(new RotateSecretCommand({ SecretId }))).rejects.toMatchObject({
    name: "AccessDeniedException",
    message: expect.stringContaining("secretsmanager.amazonaws.com"),
  });
  under.scheduler.advance(DAY);

  expect(under.observed).toMatchObject([{ kind: "secret-rotation-failed", reason: "AccessDeniedException" }]);
  expect(asked).toContainEqual(["Rotate", KEY_ARN]);
  expect(under.events).toEqual([]);
});

it("a secret without a rotation function is not rotated, and with RotateSecret gets one", async () => {
  const under = await startSecrets();
  const rotate = (input = {}) => under.client.send(new RotateSecretCommand({ SecretId, ...input }));
  await expect(rotate()).rejects.toThrow("No Lambda rotation function ARN is associated with this secret.");
  await expect(rotate({ RotationLambdaARN: "arn:aws:lambda:us-east-1:123456789012:function:Nobody" })).rejects.toThrow(
    "does not exist",
  );
  const RotationRules = { ScheduleExpression: "rate(4 hours)" };
  const RotationLambdaARN = "arn:aws:lambda:us-east-1:123456789012:function:Rotate";
  await rotate({ RotationLambdaARN, RotationRules });

  expect(await under.client.send(new DescribeSecretCommand({ SecretId }))).toMatchObject({
    RotationEnabled: true,
    RotationLambdaARN,
    RotationRules,
    NextRotationDate: new Date(under.scheduler.now() + 4 * 3_600_000),
  });
  await expect(rotate({ RotationRules: { ScheduleExpression: "cron(0 1 * * ? *)" } })).rejects.toThrow(
    "only rates, such as rate(30 days)",
  );
});

it("without RotateImmediately only the test runs, and its version is removed", async () => {
  const under = await startSecrets({ rotate: () => undefined });
  await under.client.send(new RotateSecretCommand({ SecretId, RotateImmediately: false }));
  await expect.poll(() => under.events.length, { interval: 2 }).toBe(1);
  const described = () => under.client.send(new DescribeSecretCommand({ SecretId }));

  expect(under.events).toMatchObject([{ Step: "testSecret" }]);
  await expect.poll(async () => Object.values((await described()).VersionIdsToStages ?? {})).toEqual([["AWSCURRENT"]]);
  expect(under.observed).toEqual([]);
});

it("a cancelled rotation is not tried again, and the secret has no schedule any more", async () => {
  const { send, ended, client, scheduler, steps, describeKey } = await startRotating({
    fail: () => true,
    everyMillis: DAY,
  });
  const { VersionId } = await send();
  await ended();
  expect(await client.send(new CancelRotateSecretCommand({ SecretId }))).toMatchObject({ VersionId });
  scheduler.advance(2 * DAY);

  expect(steps()).toHaveLength(1);
  expect(await describeKey()).not.toHaveProperty("RotationEnabled");
  expect(scheduler.pending).toBe(0);
});

it("the end waits for the step under way, and leaves no timer", async () => {
  const go = deferred();
  const under = await startSecrets({ rotate: () => go.promise, everyMillis: DAY });
  await under.client.send(new RotateSecretCommand({ SecretId, ClientRequestToken: randomUUID() }));
  await expect.poll(() => under.events.length, { interval: 2 }).toBe(1);
  const stopping = under.stop();
  go.resolve();
  await stopping;

  expect(under.events).toHaveLength(1);
  expect(under.scheduler.pending).toBe(0);
});
