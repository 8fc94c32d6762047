import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import {
  ListMessageMoveTasksCommand,
  PurgeQueueCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import type { RunningTemplate } from "@portcullis/emulator";
import { connectTo, type TestClient } from "@portcullis/emulator/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Json } from "../../../packages/emulator/tests/support/handlers.ts";
import { startLocalStack } from "../../../src/entrypoints/local/start-local-stack.ts";
import { freePort } from "../../support/emulator-parts.ts";
import { entityUpdated } from "../../support/queued-messages.ts";

const DOCUMENTED = "http://127.0.0.1:3001";

/** The document's commands, for a reader to copy. */
const commands = [...readFileSync("docs/guarantees.md", "utf8").matchAll(/^npm run replay -- (.+)$/gm)].map(
  ([, flags = ""]) => flags.split(" "),
);

const account = { region: "us-east-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };
let runtime: RunningTemplate;
let bus: EventBridgeClient;
let sqs: SQSClient;
let ann: TestClient;
const origin = () => `http://127.0.0.1:${runtime.port}`;
const arn = (queue: string) => `arn:aws:sqs:us-east-1:123456789012:${queue}`;

beforeAll(async () => {
  const jwtSecret = "only-for-tests-0123456789abcdef0";
  const options = { port: await freePort(), stage: "dev", jwtSecret, logLevel: "ERROR", parameters: {} } as const;
  runtime = await startLocalStack(options, { warn: () => {} });
  bus = new EventBridgeClient({ ...account, endpoint: origin() });
  sqs = new SQSClient({ ...account, endpoint: origin() });
  const minted = await fetch(`${origin()}/2015-03-31/functions/CreateTestJwt/invocations`, {
    method: "POST",
    body: '{"userId":"ann"}',
  });
  const { authToken } = (await minted.json()) as { authToken: string };
  ann = await connectTo(`ws://127.0.0.1:${runtime.port}/dev`, { subprotocols: ["websocket", authToken] });
  ann.send({ action: "subscribe", entityId: "order-17" });
  await ann.text();
});

afterAll(async () => {
  bus.destroy();
  sqs.destroy();
  await runtime.close();
});

/** The command with the address of this test's emulator, also if the document names no address. */
async function replay(flags: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  const here = flags.includes("--endpoint-url") ? flags : [...flags, "--endpoint-url", DOCUMENTED];
  const args = here.map((flag) => flag.replace(DOCUMENTED, origin()));
  const child = spawn("npm", ["run", "--silent", "replay", "--", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  const [code] = await once(child, "close");
  return { code, output };
}

async function queue(name: string): Promise<Json> {
  const { queues } = (await (await fetch(`${origin()}/_local/queues`)).json()) as Json;
  return queues.find((one: Json) => one.name === name);
}

/** Waits for this number of messages: functions and pollers need time. */
async function waitFor(name: string, letters: number): Promise<Json[]> {
  let { messages } = await queue(name);
  while (messages.length !== letters) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    ({ messages } = await queue(name));
  }
  return messages;
}

async function publishOld(message: string): Promise<void> {
  const Time = new Date(Date.now() - 7_200_000);
  const Detail = JSON.stringify({ entityId: "order-17", message, replay: false });
  const entry = { Source: "CLI", DetailType: "Entity Updated", Detail, Time };
  await bus.send(new PutEventsCommand({ Entries: [entry] }));
}

/** A dead letter from EventBridge, which has no source queue. */
async function putIntoDeadLetters(message: string): Promise<void> {
  const time = new Date().toISOString().replace(/\.\d+/, "");
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: `${origin()}/123456789012/EntityUpdatedDeadLetters`,
      MessageBody: JSON.stringify(entityUpdated({ entityId: "order-17", message }, { time })),
      MessageAttributes: { ERROR_CODE: { DataType: "String", StringValue: "SDK_CLIENT_ERROR" } },
    }),
  );
}

it("attack:I3 a malformed message without room for its reason is dead-lettered at the first receive, with the reason", async () => {
  const MessageBody = `{"id":"7"}${" ".repeat(1_048_550)}`;
  await sqs.send(new SendMessageCommand({ QueueUrl: `${origin()}/123456789012/EntityUpdatedQueue`, MessageBody }));
  const [letter] = await waitFor("Undeliverable", 1);
  expect(letter.attributes).toMatchObject({ Reason: "MALFORMED_EVENT", OriginalBytes: "1048560" });
  expect((await queue("EntityUpdatedQueue")).totals).toMatchObject({ sent: 1, deleted: 1, deadLettered: 0 });
  await sqs.send(new PurgeQueueCommand({ QueueUrl: `${origin()}/123456789012/Undeliverable` }));
});

describe("dead letters go back as docs/guarantees.md says", () => {
  it("by commands that are all tested here", () => {
    expect(commands.map(([flag]) => flag)).toEqual(["--reason", "--queue", "--reason"]);
    expect(commands.at(-1)).toContain(DOCUMENTED);
  });

  it.each(commands.filter(([flag]) => flag === "--reason"))(
    "fault:2 attack:I9 %s %s, an event of two hours ago",
    async (...flags) => {
      await publishOld("late");
      const [letter] = await waitFor("Undeliverable", 1);
      expect(letter.attributes).toEqual({ Reason: "TOO_OLD" });
      expect(await replay(flags)).toEqual({ code: 0, output: "1 sent back, 0 left that no function takes\n" });
      expect(await ann.json()).toMatchObject({ type: "Entity Updated", message: "late" });
      await waitFor("Undeliverable", 0);
    },
  );

  it("fault:2 fault:4 by --queue, if they came from EventBridge, which SQS does not move back without a destination", async () => {
    await putIntoDeadLetters("not handed over");
    const SourceArn = arn("EntityUpdatedDeadLetters");
    await sqs.send(new StartMessageMoveTaskCommand({ SourceArn }));
    const { Results } = await sqs.send(new ListMessageMoveTasksCommand({ SourceArn }));
    expect(Results).toMatchObject([{ Status: "FAILED", FailureReason: "CouldNotDetermineMessageSource" }]);
    const flags = commands.find(([flag]) => flag === "--queue") ?? [];
    expect(await replay(flags)).toEqual({ code: 0, output: "SQS moves them to EntityUpdatedQueue\n" });
    expect(await ann.json()).toMatchObject({ message: "not handed over" });
    await waitFor("EntityUpdatedDeadLetters", 0);
  });

  it("except those of other reasons, and messages that no function takes", async () => {
    await publishOld("left");
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: `${origin()}/123456789012/Undeliverable`,
        MessageBody: '{"id":"cut of',
        MessageAttributes: { Reason: { DataType: "String", StringValue: "MALFORMED_EVENT" } },
      }),
    );
    await waitFor("Undeliverable", 2);
    const { output } = await replay(["--reason", "MALFORMED_EVENT"]);
    expect(output).toBe("0 sent back, 1 left that no function takes\nof other reasons: 1 TOO_OLD\n");
    expect((await queue("Undeliverable")).visible).toBe(2);
  });

  it.each([[[]], [["--queue", "EntityUpdatedQueue"]], [["--reason", "TOO_OLD", "--queue", "UserPushDeadLetters"]]])(
    "and not with %j",
    async (flags) => {
      const { code, output } = await replay(flags);
      expect([code, output]).toEqual([2, expect.stringMatching(/^portcullis: one of --reason and --queue is needed/)]);
    },
  );
});
