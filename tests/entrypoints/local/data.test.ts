import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { RunningTemplate } from "@portcullis/emulator";
import { connectTo, type TestClient } from "@portcullis/emulator/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocalStack } from "../../../src/entrypoints/local/start-local-stack.ts";
import { anyJsonText, ODD_JSON_TEXTS } from "../../support/any-json-text.ts";
import { freePort } from "../../support/emulator-parts.ts";

let runtime: RunningTemplate;
let bus: EventBridgeClient;
let sqs: SQSClient;
let ann: TestClient;
const origin = () => `http://127.0.0.1:${runtime.port}`;

beforeAll(async () => {
  const jwtSecret = "only-for-tests-0123456789abcdef0";
  const options = { port: await freePort(), stage: "dev", jwtSecret, logLevel: "ERROR", parameters: {} } as const;
  runtime = await startLocalStack(options, { warn: () => {} });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const location = { region: "us-east-1", endpoint: origin(), credentials };
  bus = new EventBridgeClient(location);
  sqs = new SQSClient(location);
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
  ann.close();
  bus.destroy();
  sqs.destroy();
  await runtime.close();
});

async function publish(DetailType: string, Detail: string): Promise<void> {
  const { FailedEntryCount } = await bus.send(
    new PutEventsCommand({ Entries: [{ Source: "CLI", DetailType, Detail }] }),
  );
  expect(FailedEntryCount).toBe(0);
}

describe("the data of an event, from PutEvents to the socket,", () => {
  const arrivesAsWritten = async (data: string) => {
    await publish("Entity Updated", `{"data":${data},"entityId":"order-17"}`);
    const update = await ann.text();
    await publish("Send User Push Notification", `{ "userId" : "ann", "data" : ${data} , "message":"m" }`);
    const push = await ann.text();
    const startOfUpdate = `{"type":"Entity Updated","entityId":"order-17","data":${data},"id":"`;
    const startOfPush = `{"type":"User Push Notification","message":"m","data":${data},"id":"`;
    expect([update.slice(0, startOfUpdate.length), push.slice(0, startOfPush.length)]).toEqual([
      startOfUpdate,
      startOfPush,
    ]);
  };

  it.each(ODD_JSON_TEXTS)("arrives as written: %s", arrivesAsWritten);

  it("arrives as written, whatever JSON it is", async () => {
    await fc.assert(fc.asyncProperty(anyJsonText, arrivesAsWritten), { numRuns: 30 });
  });

  it("arrives as written, if it has 127 KB", async () => {
    await arrivesAsWritten(`["${"\\u0041".repeat(21 * 1024)}", 1.0 ]`);
  });

  it("attack:I3 is a dead letter with all of it, if it is larger than a push", async () => {
    const data = `["${"\\u0041".repeat(100_000)}", 1.0 ]`;
    await publish("Entity Updated", `{"entityId":"order-17","data":${data}}`);
    const letter = new ReceiveMessageCommand({
      QueueUrl: `${origin()}/123456789012/Undeliverable`,
      MessageAttributeNames: ["Reason"],
      WaitTimeSeconds: 20,
    });
    const { Messages: [{ Body, MessageAttributes } = {}] = [] } = await sqs.send(letter);
    expect(MessageAttributes).toMatchObject({ Reason: { StringValue: "PUSH_TOO_LARGE" } });
    expect(Body?.includes(`"detail":{"entityId":"order-17","data":${data}}`)).toBe(true);
    expect(ann.unread).toBe(0);
  });
});
