import { request } from "node:http";
import {
  CancelMessageMoveTaskCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { makeQueueReport } from "../../src/local-api/queue-report.ts";
import { makeSqsService } from "../../src/sqs/sqs-service.ts";
import { type QueuesUnderTest, workAndDeadQueues } from "../support/queues.ts";
import { serveHttpServices } from "../support/serve-http-services.ts";

let under: QueuesUnderTest;
let stop: AbortController;
let server: Awaited<ReturnType<typeof serveHttpServices>>;
let sqs: SQSClient;
let QueueUrl: string;

beforeEach(async () => {
  under = workAndDeadQueues();
  stop = new AbortController();
  const deps = { queues: under.queues, scheduler: under.scheduler, stopped: stop.signal };
  server = await serveHttpServices(makeSqsService(deps), makeQueueReport({ ...deps, counters: under.counters }));
  sqs = clientOf(server.origin);
  QueueUrl = `${server.origin}/123456789012/work`;
});

function clientOf(endpoint: string): SQSClient {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return new SQSClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
}

afterEach(async () => {
  sqs.destroy();
  await server.close();
});

describe("SQS for the real SDK", () => {
  it("sends, receives and deletes, with digests that the SDK checks", async () => {
    const MessageAttributes = {
      reason: { DataType: "String", StringValue: "because" },
      bytes: { DataType: "Binary", BinaryValue: Uint8Array.of(0, 1, 2) },
    };
    const sent = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "héllo", MessageAttributes }));
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All"] }),
    );
    expect(Messages).toMatchObject([
      {
        MessageId: sent.MessageId,
        Body: "héllo",
        MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
        MessageAttributes,
        Attributes: { ApproximateReceiveCount: "1", SentTimestamp: String(under.scheduler.now()) },
      },
    ]);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages[0]?.ReceiptHandle }));
    expect(under.counters.of("work")).toMatchObject({ sent: 1, deleted: 1 });
  });

  it("returns only the requested attributes, and no empty list", async () => {
    under.work.send({ body: "a", attributes: new Map([["x", { dataType: "String", stringValue: "y" }]]) });
    const first = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    const second = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Object.keys(first.Messages?.[0] ?? {}).sort()).toEqual(["Body", "MD5OfBody", "MessageId", "ReceiptHandle"]);
    expect(second.Messages).toBeUndefined();
  });

  it("polls long: responds when a message comes, and with none when the time is over or the emulator stops", async () => {
    const poll = () => sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    const waiting = async (count: number) => {
      while (under.scheduler.pending < count) await new Promise((resolve) => setTimeout(resolve, 1));
    };
    const met = poll();
    await waiting(1);
    under.work.send({ body: "a" });
    expect((await met).Messages).toHaveLength(1);

    const inVain = poll();
    await waiting(2);
    under.scheduler.advance(20_000);
    expect((await inVain).Messages).toBeUndefined();

    const stopped = poll();
    await waiting(2);
    stop.abort();
    expect((await stopped).Messages).toBeUndefined();
  });

  it("runs batches entry by entry", async () => {
    const sent = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: "good", MessageBody: "a" },
          { Id: "bad", MessageBody: "\u0000" },
          { Id: "late", MessageBody: "b", DelaySeconds: 901 },
        ],
      }),
    );
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(["good"]);
    expect(sent.Failed).toMatchObject([
      { Id: "bad", SenderFault: true, Code: "InvalidMessageContents" },
      { Id: "late", SenderFault: true, Code: "InvalidParameterValue" },
    ]);
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    const deleted = await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: "one", ReceiptHandle: Messages[0]?.ReceiptHandle },
          { Id: "two", ReceiptHandle: "rubbish" },
        ],
      }),
    );
    expect(deleted.Successful).toEqual([{ Id: "one" }]);
    expect(deleted.Failed).toMatchObject([{ Id: "two", Code: "ReceiptHandleIsInvalid" }]);
  });

  it("delays each message by its own seconds, from 0 to 900, or else by the queue's", async () => {
    const delayed = workAndDeadQueues({ delaySeconds: 20, visibilityTimeoutSeconds: 3_600 });
    const deps = { queues: delayed.queues, scheduler: delayed.scheduler, stopped: stop.signal };
    const other = await serveHttpServices(makeSqsService(deps));
    onTestFinished(() => other.close());
    const to = { QueueUrl: `${other.origin}/123456789012/work` };
    const client = clientOf(other.origin);
    onTestFinished(() => client.destroy());
    await client.send(new SendMessageCommand({ ...to, MessageBody: "last", DelaySeconds: 900 }));
    await client.send(new SendMessageCommand({ ...to, MessageBody: "now", DelaySeconds: 0 }));
    await client.send(
      new SendMessageBatchCommand({
        ...to,
        Entries: [
          { Id: "queue", MessageBody: "the queue's" },
          { Id: "own", MessageBody: "its own", DelaySeconds: 1 },
        ],
      }),
    );
    const arrivals: unknown[] = [];
    for (const seconds of [0, 1, 18, 1, 879, 1]) {
      delayed.scheduler.advance(seconds * 1000);
      arrivals.push(...delayed.work.receive({ max: 10 }).map(({ body }) => [delayed.scheduler.now(), body]));
    }
    const begin = delayed.scheduler.now() - 900_000;

    expect(arrivals).toEqual([
      [begin, "now"],
      [begin + 1_000, "its own"],
      [begin + 20_000, "the queue's"],
      [begin + 900_000, "last"],
    ]);
    for (const DelaySeconds of [-1, 901]) {
      const refused = client.send(new SendMessageCommand({ ...to, MessageBody: "x", DelaySeconds }));
      await expect(refused).rejects.toMatchObject({ name: "InvalidParameterValue" });
    }
  });

  it("knows its queues by URL and by name", async () => {
    const deadUrl = `${server.origin}/123456789012/dead`;
    expect((await sqs.send(new GetQueueUrlCommand({ QueueName: "work" }))).QueueUrl).toBe(QueueUrl);
    expect((await sqs.send(new ListQueuesCommand({}))).QueueUrls).toEqual([QueueUrl, deadUrl]);
    expect((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "d" }))).QueueUrls).toEqual([deadUrl]);
  });

  it("returns a queue's attributes, and purges it", async () => {
    under.work.send({ body: "a" });
    under.work.send({ body: "b", delaySeconds: 5 });
    const attributes = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] });
    expect((await sqs.send(attributes)).Attributes).toMatchObject({
      ApproximateNumberOfMessages: "1",
      ApproximateNumberOfMessagesDelayed: "1",
      ApproximateNumberOfMessagesNotVisible: "0",
      VisibilityTimeout: "30",
      QueueArn: "arn:aws:sqs:us-east-1:123456789012:work",
      RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead","maxReceiveCount":3}',
    });
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    expect(under.work.messages()).toEqual([]);
  });

  it("changes a visibility timeout", async () => {
    under.work.send({ body: "a" });
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    const ReceiptHandle = Messages[0]?.ReceiptHandle;
    const change = new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
    await sqs.send(change);
    expect(under.work.counts().visible).toBe(1);
    await expect(sqs.send(change)).rejects.toMatchObject({ name: "MessageNotInflight" });
  });

  it.each<readonly [name: string, call: () => Promise<unknown>]>([
    [
      "QueueDoesNotExist",
      () => sqs.send(new SendMessageCommand({ QueueUrl: `${server.origin}/1/nobody`, MessageBody: "x" })),
    ],
    ["MissingParameter", () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "" }))],
    ["InvalidParameterValue", () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x".repeat(1_048_577) }))],
    ["InvalidParameterValue", () => sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 11 }))],
    ["InvalidParameterValue", () => sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 21 }))],
    ["InvalidParameterValue", () => sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: -1 }))],
    ["ReceiptHandleIsInvalid", () => sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: "rubbish" }))],
    ["EmptyBatchRequest", () => sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [] }))],
    ["TooManyEntriesInBatchRequest", () => sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: entries(11) }))],
    [
      "BatchEntryIdsNotDistinct",
      () => sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [...entries(1), ...entries(1)] })),
    ],
    [
      "InvalidBatchEntryId",
      () => sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: "a b", MessageBody: "x" }] })),
    ],
    [
      "BatchRequestTooLong",
      () => sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: entries(2, "x".repeat(600_000)) })),
    ],
    [
      "InvalidAttributeName",
      () => sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["Nonsense" as "All"] })),
    ],
  ])("raises %s", async (name, call) => {
    await expect(call()).rejects.toMatchObject({ name });
  });
});

function entries(count: number, MessageBody = "x"): { Id: string; MessageBody: string }[] {
  return Array.from({ length: count }, (_, number) => ({ Id: `e${number}`, MessageBody }));
}

describe("the wire", () => {
  const post = async (headers: Record<string, string>, body: string) => {
    const response = await fetch(server.origin, { method: "POST", headers, body });
    return { status: response.status, type: response.headers.get("content-type"), body: await response.json() };
  };
  const signed = { authorization: "AWS4-HMAC-SHA256 Credential=x", "x-amz-target": "AmazonSQS.ListQueues" };

  it("attack:P6 refuses an unsigned request", async () => {
    const answer = await post({ "x-amz-target": "AmazonSQS.ListQueues" }, "{}");
    expect(answer).toMatchObject({
      status: 403,
      body: { __type: expect.stringMatching(/#MissingAuthenticationToken/) },
    });
  });

  it.each(["[]", "null", "{", '{"QueueNamePrefix":7}'])("refuses %j", async (body) => {
    const answer = await post(signed, body);
    expect(answer).toMatchObject({ status: 400, body: { __type: "com.amazonaws.sqs#SerializationException" } });
  });

  it("names an operation that is not emulated", async () => {
    const answer = await post({ ...signed, "x-amz-target": "AmazonSQS.CreateQueue" }, "{}");
    expect(answer).toMatchObject({ status: 400, type: "application/x-amz-json-1.0" });
    expect(answer.body).toEqual({
      __type: "com.amazonaws.sqs#UnknownOperationException",
      message: "CreateQueue is not emulated.",
    });
  });

  it("leaves requests to other services unhandled", async () => {
    const status = await new Promise((resolve) => {
      request(server.origin, { method: "GET", headers: signed }, (response) => resolve(response.statusCode)).end();
    });
    expect(status).toBe(403);
  });
});

describe("GET /_local/queues", () => {
  it("shows counts, and dead letters with bodies, receive counts and reasons", async () => {
    under.work.send({ body: "poison" });
    for (let receive = 1; receive <= 4; receive += 1) {
      const [message] = under.work.receive({ max: 1 });
      if (message !== undefined)
        under.work.recordFailure(message.receiptHandle ?? "", "the function failed: TypeError: x");
      under.scheduler.advance(30_000);
    }
    under.work.send({ body: "fresh" });
    const response = await fetch(`${server.origin}/_local/queues`);
    expect(await response.json()).toMatchObject({
      queues: [
        { name: "work", visible: 1, inFlight: 0, delayed: 0, messages: [{ state: "visible", body: "fresh" }] },
        {
          name: "dead",
          visible: 1,
          messages: [
            {
              body: "poison",
              receiveCount: 3,
              deadLetterOf: under.work.arn,
              reason: "the function failed: TypeError: x",
            },
          ],
        },
      ],
    });
  });

  it("shows at most a hundred messages and the beginning of long ones", async () => {
    under.work.send({ body: "x".repeat(40_000) });
    for (let number = 0; number < 150; number += 1) under.work.send({ body: "y" });
    const { queues } = (await (await fetch(`${server.origin}/_local/queues`)).json()) as {
      queues: { visible: number; messages: { body: string; bodyLength?: number }[] }[];
    };
    expect(queues[0]).toMatchObject({ visible: 151, messages: expect.objectContaining({ length: 100 }) });
    expect(queues[0]?.messages[0]).toMatchObject({ body: "x".repeat(32_768), bodyLength: 40_000 });
  });

  it("can only be read", async () => {
    const response = await fetch(`${server.origin}/_local/queues`, { method: "POST" });
    expect(response.status).toBe(405);
  });
});

describe("redrive, for the real SDK", () => {
  const start = (source: string, destination?: string) => {
    const arn = (name: string) => `arn:aws:sqs:us-east-1:123456789012:${name}`;
    const DestinationArn = destination === undefined ? {} : { DestinationArn: arn(destination) };
    return sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arn(source), ...DestinationArn }));
  };
  const tasks = async () => {
    const SourceArn = under.dead.arn;
    return (await sqs.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 10 }))).Results;
  };

  /** A dead letter as SQS makes one: received three times. */
  function deadLetter(body: string): void {
    under.work.send({ body, attributes: new Map([["k", { dataType: "String", stringValue: "v" }]]) });
    for (let receive = 0; receive < 4; receive += 1) under.work.receive({ max: 10, visibilityTimeoutSeconds: 0 });
  }

  it("moves each dead letter back to its source queue, as a new message", async () => {
    deadLetter("a");
    expect(under.dead.counts().visible).toBe(1);
    await start("dead");
    const [message] = under.work.messages();
    expect(message).toMatchObject({ body: "a", receiveCount: 0, receivesHere: 0 });
    expect(message?.attributes.get("k")?.stringValue).toBe("v");
    expect(under.dead.messages()).toEqual([]);
    expect(await tasks()).toMatchObject([
      { Status: "COMPLETED", ApproximateNumberOfMessagesMoved: 1, ApproximateNumberOfMessagesToMove: 1 },
    ]);
  });

  it("remembers the last ten tasks, as many as a list shows", async () => {
    const { TaskHandle } = await start("dead");
    const cancelled = () => sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
    for (let newer = 1; newer < 10; newer += 1) await start("dead");
    await expect(cancelled()).rejects.toThrow("Only active tasks can be cancelled.");
    await start("dead");
    await expect(cancelled()).rejects.toThrow("Task does not exist.");
    expect(await tasks()).toHaveLength(10);
  });

  describe("at a rate", () => {
    const startSlowly = (MaxNumberOfMessagesPerSecond: number) =>
      sqs.send(new StartMessageMoveTaskCommand({ SourceArn: under.dead.arn, MaxNumberOfMessagesPerSecond }));
    const cancel = (TaskHandle: string | undefined) => sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
    const moved = () => under.work.messages().length;

    beforeEach(() => {
      for (let n = 0; n < 5; n += 1) deadLetter(String(n));
    });

    it("moves as many a second, and is listed while it runs", async () => {
      const { TaskHandle } = await startSlowly(2);
      expect(moved()).toBe(2);
      const running = { Status: "RUNNING", TaskHandle, MaxNumberOfMessagesPerSecond: 2 };
      const counts = { ApproximateNumberOfMessagesMoved: 2, ApproximateNumberOfMessagesToMove: 5 };
      expect(await tasks()).toMatchObject([{ ...running, ...counts }]);
      under.scheduler.advance(999);
      expect(moved()).toBe(2);
      under.scheduler.advance(1);
      expect(moved()).toBe(4);
      under.scheduler.advance(1000);
      expect(moved()).toBe(5);
      const [done] = (await tasks()) ?? [];
      expect(done).toMatchObject({ Status: "COMPLETED", ApproximateNumberOfMessagesMoved: 5 });
      expect([done?.TaskHandle, under.scheduler.pending]).toEqual([undefined, 0]);
    });

    it("is cancelled: what is moved stays moved, and the rest stays", async () => {
      const { TaskHandle } = await startSlowly(1);
      under.scheduler.advance(1000);
      expect(await cancel(TaskHandle)).toMatchObject({ ApproximateNumberOfMessagesMoved: 2 });
      under.scheduler.advance(60_000);
      expect([moved(), under.dead.counts().visible, under.scheduler.pending]).toEqual([2, 3, 0]);
      expect(await tasks()).toMatchObject([{ Status: "CANCELLED" }]);
      await expect(cancel(TaskHandle)).rejects.toThrow("Only active tasks can be cancelled.");
      await expect(cancel("no-handle")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    });

    it("is the only one of its queue", async () => {
      await startSlowly(1);
      await expect(startSlowly(1)).rejects.toThrow("Only one active task is allowed for a source queue arn");
      under.scheduler.advance(10_000);
      await startSlowly(1);
      expect(await tasks()).toHaveLength(2);
    });

    it("moves nothing after the end, and takes no other rate than SQS does", async () => {
      await startSlowly(1);
      stop.abort();
      under.scheduler.advance(10_000);
      expect([moved(), under.scheduler.pending]).toEqual([1, 0]);
      await expect(startSlowly(501)).rejects.toThrow("Must be between 1 and 500, if provided.");
    });

    it("waits for nothing if it starts after the end", async () => {
      stop.abort();
      await startSlowly(1);
      expect([moved(), under.scheduler.pending]).toEqual([1, 0]);
    });
  });

  it("fails at a dead letter without a source queue, unless the request names a destination", async () => {
    under.dead.send({ body: "of a rule" });
    deadLetter("of a queue");
    await start("dead");
    expect(under.dead.messages()).toHaveLength(2);
    await start("dead", "work");
    expect(under.work.messages().map(({ body }) => body)).toEqual(["of a rule", "of a queue"]);
    expect(await tasks()).toMatchObject([
      { Status: "COMPLETED", DestinationArn: under.work.arn, ApproximateNumberOfMessagesMoved: 2 },
      { Status: "FAILED", FailureReason: "CouldNotDetermineMessageSource", ApproximateNumberOfMessagesMoved: 0 },
    ]);
  });

  it.each([
    [
      "of a queue that is not a dead-letter queue",
      "work",
      undefined,
      "Source queue must be configured as a Dead Letter Queue.",
    ],
    ["from nowhere", "nope", undefined, "The resource that you specified for the SourceArn parameter doesn't exist."],
    ["to nowhere", "dead", "nope", "The resource that you specified for the DestinationArn parameter doesn't exist."],
  ])("is refused %s", async (_what, source, destination, message) => {
    await expect(start(source, destination)).rejects.toThrow(message);
  });
});
