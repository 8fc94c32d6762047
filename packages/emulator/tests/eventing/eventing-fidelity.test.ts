import { readFileSync } from "node:fs";
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { describe, expect, it } from "vitest";
import { compileEventPattern } from "../../src/eventbridge/event-pattern.ts";
import { retryWaitMillis } from "../../src/eventbridge/retry-policy.ts";
import { parseTemplate } from "../../src/template/parse-template.ts";
import { startEmulator, type TestEmulator } from "../../src/testing.ts";
import { deferred } from "../support/deferred.ts";
import type { Handler, Json } from "../support/handlers.ts";
import { turnOfEventLoop } from "../support/queues.ts";
import { FIRST_VALUE, startSecrets } from "../support/secrets.ts";
import { describeSmallTemplate } from "../support/small-template.ts";
import { STOPPED } from "../support/stopped-clock.ts";

const QUEUE_URL = "http://127.0.0.1/123456789012/updates";

/** A rule from the source CLI to a queue for messages of up to 2 KB, and a function behind it if one is given. */
function startEventing(Notify?: Handler): Promise<TestEmulator> {
  const mapping = { functionName: "Notify", queue: "updates", batchSize: 1, batchingWindowSeconds: 0 };
  const target = { queue: "updates", permitted: true, deadLetterQueue: "dead", deadLetterQueuePermitted: true };
  return startEmulator({
    functions: Notify === undefined ? {} : { Notify },
    routes: {},
    eventing: {
      queues: [
        { name: "updates", maximumMessageBytes: 2048, deadLetters: { queue: "dead", maxReceiveCount: 5 } },
        { name: "dead" },
      ],
      rules: [{ name: "updates", eventBusName: "default", eventPattern: { source: ["CLI"] }, targets: [target] }],
      eventSourceMappings: Notify === undefined ? [] : [{ ...mapping, reportBatchItemFailures: true }],
    },
  });
}

/** With any signature, or with none. */
function call({ port }: TestEmulator, operation: string, input: object, authorization = "AWS4-HMAC-SHA256 by anybody") {
  return fetch(`http://127.0.0.1:${port}/`, {
    method: "POST",
    headers: { "X-Amz-Target": operation, "Content-Type": "application/x-amz-json-1.1", authorization },
    body: JSON.stringify(input),
  });
}

async function publish(emulator: TestEmulator, message = ""): Promise<void> {
  const entry = { Source: "CLI", DetailType: "Entity Updated", Detail: JSON.stringify({ message }) };
  expect((await call(emulator, "AWSEvents.PutEvents", { Entries: [entry] })).status).toBe(200);
}

const send = (emulator: TestEmulator, MessageBody: string, authorization?: string) =>
  call(emulator, "AmazonSQS.SendMessage", { QueueUrl: QUEUE_URL, MessageBody }, authorization);

async function receive(emulator: TestEmulator): Promise<readonly string[]> {
  const answer = await call(emulator, "AmazonSQS.ReceiveMessage", { QueueUrl: QUEUE_URL, MaxNumberOfMessages: 10 });
  const { Messages = [] } = (await answer.json()) as Json;
  return Messages.map(({ Body }: Json) => Body);
}

async function queuesOf({ port }: TestEmulator): Promise<Json> {
  const { queues } = (await (await fetch(`http://127.0.0.1:${port}/_local/queues`)).json()) as Json;
  return Object.fromEntries(queues.map((queue: Json) => [queue.name, queue]));
}

/** One test for each row of the document, by the row's id. */
const differences: Readonly<Record<string, () => Promise<void>>> = {
  async "EB-1"() {
    const called = deferred();
    await using emulator = await startEventing(() => called.resolve());
    await publish(emulator);
    await called.promise;
    await turnOfEventLoop();
    expect((await queuesOf(emulator)).updates.totals).toMatchObject({ sent: 1, deleted: 1 });
    expect(emulator.recording.eventsOf("Notify")).toHaveLength(1);
  },
  async "EB-2"() {
    expect([0, 1, 9, 10, 100].map((attempts) => retryWaitMillis(attempts, 1))).toEqual([
      1_000, 2_000, 512_000, 600_000, 600_000,
    ]);
    expect([0, 0.5].map((random) => retryWaitMillis(10, random))).toEqual([300_000, 450_000]);
  },
  async "EB-3"() {
    await using emulator = await startEventing();
    const answer = await call(emulator, "AWSEvents.PutRule", { Name: "another" });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("UnknownOperation")]);
  },
  async "EB-4"() {
    await using emulator = await startEventing();
    const Detail = '{"n":1524831183200260097,"a":1,"a":"\uffff"}';
    await call(emulator, "AWSEvents.PutEvents", { Entries: [{ Source: "CLI", DetailType: "x", Detail }] });
    expect(await receive(emulator)).toEqual([expect.stringContaining(Detail.replace("\uffff", "\\uffff"))]);
  },
  async "EB-5"() {
    await using emulator = await startEventing();
    await publish(emulator, "x".repeat(1_048_400));
    const { dead } = await queuesOf(emulator);
    expect([dead.visible, dead.messages[0].bodyLength < 1_048_576]).toEqual([1, true]);
  },
  async "EB-6"() {
    expect(() => compileEventPattern({ a: [{ wildcard: "*a*b*c*d*e" }] })).not.toThrow();
    expect(() => compileEventPattern({ a: [{ wildcard: "*:*:*:*:*:event-bus/*" }] })).toThrow("too complex");
  },
  async "EB-7"() {
    const pattern = (number: string) => () => parseTemplate("t.yaml", `EventPattern: { a: [${number}] }`);
    expect(pattern("123456789012")).not.toThrow();
    expect(pattern("1524831183200260097")).toThrow("more digits than the emulator holds");
  },
  async "EB-8"() {
    await using emulator = await startEventing();
    const Entries = [{ Source: "CLI", DetailType: "x", Detail: "{}" }];
    expect((await call(emulator, "AWSEvents.PutEvents", { Entries }, "")).status).toBe(403);
    expect((await call(emulator, "AWSEvents.PutEvents", { Entries })).status).toBe(200);
  },
  async "EB-9"() {
    const targets = [{ queue: "updates", permitted: true, deadLetterQueuePermitted: false }];
    const schedules = [{ name: "tick", everyMillis: 60_000, targets }];
    await using emulator = await startEmulator({
      functions: {},
      routes: {},
      eventing: { queues: [{ name: "updates" }], schedules },
      clock: STOPPED,
    });
    await emulator.clock.advance(60_000);
    const [event] = await receive(emulator);
    expect(JSON.parse(event ?? "")).toMatchObject({ source: "aws.events", time: "2026-11-22T12:01:00Z" });
    const cron = `Rule: { Type: AWS::Events::Rule, Properties: { ScheduleExpression: "cron(0 * * * ? *)" } }`;
    expect(() => describeSmallTemplate(cron)).toThrow("Rule.ScheduleExpression is a cron expression");
  },
  async "SQ-1"() {
    await using emulator = await startEventing();
    for (const body of ["a", "b", "c"]) await send(emulator, body);
    expect(await receive(emulator)).toEqual(["a", "b", "c"]);
    expect(await receive(emulator)).toEqual([]);
  },
  async "SQ-2"() {
    const before = await startEventing();
    await send(before, "a");
    await before.close();
    await using after = await startEventing();
    expect(await receive(after)).toEqual([]);
  },
  async "SQ-3"() {
    const busy = deferred();
    await using emulator = await startEventing(() => busy.promise);
    for (let event = 0; event < 20; event += 1) await publish(emulator);
    await turnOfEventLoop();
    expect(emulator.recording.eventsOf("Notify")).toHaveLength(5);
    busy.resolve();
  },
  async "SQ-4"() {
    await using emulator = await startEventing();
    expect((await send(emulator, "unsigned", "")).status).toBe(403);
    expect((await send(emulator, "signed by anybody")).status).toBe(200);
    expect(await receive(emulator)).toEqual(["signed by anybody"]);
  },
  async "SQ-5"() {
    await using emulator = await startEventing();
    const [SourceArn, DestinationArn] = ["dead", "updates"].map((name) => `arn:aws:sqs:us-east-1:123456789012:${name}`);
    const QueueUrl = QUEUE_URL.replace("updates", "dead");
    for (const MessageBody of ["a", "b"]) await call(emulator, "AmazonSQS.SendMessage", { QueueUrl, MessageBody });
    await call(emulator, "AmazonSQS.StartMessageMoveTask", { SourceArn, DestinationArn });
    expect(await receive(emulator)).toEqual(["a", "b"]);
  },
  async "SM-1"() {
    const { client } = await startSecrets();
    await client.send(new CreateSecretCommand({ Name: "other", SecretString: "x" }));
    const value = await client.send(new GetSecretValueCommand({ SecretId: "other" }));
    expect(value.SecretString).toBe("x");
  },
  async "SM-2"() {
    const { client, observed, scheduler } = await startSecrets({ rotate: () => Promise.reject(new Error("no")) });
    await client.send(new RotateSecretCommand({ SecretId: "key" }));
    for (const [index, minutes] of [1, 2, 4, 8].entries()) {
      await expect.poll(() => observed.length, { interval: 2 }).toBe(index + 1);
      scheduler.advance(minutes * 60_000);
    }
    await expect.poll(() => observed.length, { interval: 2 }).toBe(5);
    expect(scheduler.pending).toBe(0);
  },
  async "SM-3"() {
    const { scheduler, events } = await startSecrets({ rotate: () => undefined, everyMillis: 3_600_000 });
    expect(events).toEqual([]);
    scheduler.advance(3_600_000);
    expect(events).toHaveLength(1);
    const rotation = `Rotation: { Type: AWS::SecretsManager::RotationSchedule, Properties: { SecretId: !Ref Key, RotationLambdaARN: !GetAtt Fn.Arn, RotationRules: { ScheduleExpression: "cron(0 8 1 * ? *)" } } }`;
    const key = "Key: { Type: AWS::SecretsManager::Secret, Properties: { SecretString: x } }";
    expect(() => describeSmallTemplate(key, rotation)).toThrow("Rotation.RotationRules has a cron expression");
  },
  async "SM-4"() {
    const { client } = await startSecrets();
    const before = (await client.send(new GetSecretValueCommand({ SecretId: "key" }))).VersionId;
    await client.send(new PutSecretValueCommand({ SecretId: "key", SecretString: "changed" }));
    const again = await startSecrets();
    const { SecretString, VersionId } = await again.client.send(new GetSecretValueCommand({ SecretId: "key" }));
    expect([SecretString, VersionId === before]).toEqual([FIRST_VALUE, false]);
  },
  async "SM-5"() {
    const key = "Key: { Type: AWS::SecretsManager::Secret, Properties: { Name: app/key } }";
    const [first, second] = [describeSmallTemplate(key), describeSmallTemplate(key)].map(
      ({ secrets }) => secrets[0]?.arn,
    );
    expect(first).toMatch(/:secret:app\/key-[A-Za-z0-9]{6}$/);
    expect(second).toBe(first);
  },
  async "SM-6"() {
    const { client } = await startSecrets();
    const create = (_: unknown, at: number) => client.send(new CreateSecretCommand({ Name: `secret-${at}` }));
    const created = await Promise.allSettled(Array.from({ length: 200 }, create));
    expect(created.filter(({ status }) => status === "rejected")).toHaveLength(1);
  },
};

describe("docs/fidelity.md, between publisher and function", () => {
  it("has exactly the rows that are tested here", () => {
    const documented = [
      ...readFileSync("packages/emulator/docs/fidelity.md", "utf8").matchAll(/^\| ((?:EB|SQ|SM)-\d+) /gm),
    ];
    expect(documented.map(([, id]) => id)).toEqual(Object.keys(differences));
  });

  it.each(Object.entries(differences))("%s", async (_, difference) => {
    await difference();
  });
});
