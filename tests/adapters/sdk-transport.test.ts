import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { makeDocumentClient } from "../../src/adapters/dynamodb/document-client.ts";
import { makeSdkTransport } from "../../src/adapters/sdk-transport.ts";
import { makeSecretsManagerClient } from "../../src/adapters/secrets-manager/secrets-manager-client.ts";
import { makeSqsClient } from "../../src/adapters/sqs/sqs-client.ts";
import { FixedClock } from "../fakes/fixed-clock.ts";
import { NOON } from "../support/notifications.ts";
import { rawAnswer, SocketStandIn } from "../support/socket-stand-in.ts";

type Call = () => Promise<{ readonly $metadata: { readonly attempts?: number } }>;
type MakeCall = (endpoint: string, now: () => number) => Call;

const locationOf = (endpoint: string) => {
  return { endpoint, region: "eu-west-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
};

const CLIENTS = {
  DynamoDB: (endpoint, now) => {
    const client = makeDocumentClient(locationOf(endpoint), undefined, now);
    return () => client.send(new DescribeTableCommand({ TableName: "table" }));
  },
  "Secrets Manager": (endpoint, now) => {
    const client = makeSecretsManagerClient(locationOf(endpoint), now);
    return () => client.send(new GetSecretValueCommand({ SecretId: "secret" }));
  },
  SQS: (endpoint, now) => {
    const client = makeSqsClient(locationOf(endpoint), undefined, now);
    return () => client.send(new GetQueueUrlCommand({ QueueName: "queue" }));
  },
} satisfies Readonly<Record<string, MakeCall>>;

async function start(makeCall: MakeCall, onTestFinished: (stop: () => Promise<void>) => void) {
  const service = await new SocketStandIn().start();
  onTestFinished(() => service.stop());
  const clock = new FixedClock(NOON);
  const call = makeCall(service.origin, () => clock.now());
  const attempts = async () => (await call()).$metadata.attempts;
  return { service, clock, attempts };
}

/** A client after its first call, and after a pause in which its socket died silently. */
async function startWithDeadSocket(seconds: number, ...args: Parameters<typeof start>) {
  const started = await start(...args);
  await started.attempts();
  started.service.silenceSockets();
  started.clock.advance(seconds);
  return started;
}

it.each([
  ["DynamoDB", makeDocumentClient],
  ["Secrets Manager", makeSecretsManagerClient],
  ["SQS", makeSqsClient],
])("the client for %s gives no input and output to a logger of the SDK", (_service, makeClient) => {
  const { middlewareStack } = makeClient(locationOf("http://127.0.0.1:1"));
  const plain = new SQSClient(locationOf("http://127.0.0.1:1")).middlewareStack;

  expect(plain.identify()).toContainEqual(expect.stringContaining("loggerMiddleware"));
  expect(middlewareStack.identify()).not.toContainEqual(expect.stringContaining("loggerMiddleware"));
});

describe.concurrent.each(Object.entries(CLIENTS))("a socket of the client for %s", (_service, makeCall) => {
  it("that was idle for 19 s is used again", async ({ expect, onTestFinished }) => {
    const { service, clock, attempts } = await start(makeCall, onTestFinished);
    await attempts();
    clock.advance(19);
    expect([await attempts(), service.arrived.length, service.socketsOpened]).toEqual([1, 2, 1]);
  });

  it("that died silently within 21 s is replaced before the first attempt", async ({ expect, onTestFinished }) => {
    const { service, attempts } = await startWithDeadSocket(21, makeCall, onTestFinished);
    expect([await attempts(), service.arrived.length, service.socketsOpened]).toEqual([1, 2, 2]);
    await vi.waitFor(() => expect(service.socketsOpen).toBe(1));
  });

  it("that died silently within 19 s costs an attempt (positive control)", async ({ expect, onTestFinished }) => {
    const { service, attempts } = await startWithDeadSocket(19, makeCall, onTestFinished);
    expect([await attempts(), service.arrived.length, service.socketsOpened]).toEqual([2, 3, 2]);
  });
});

it("checks the sockets before each attempt, not before each call", async ({ onTestFinished }) => {
  const { service, clock, attempts } = await start(CLIENTS.DynamoDB, onTestFinished);
  await Promise.all([attempts(), attempts()]);
  service.answer = (socket) => {
    service.answer = (next) => next.write(rawAnswer(200));
    clock.advance(21);
    socket.end("HTTP/1.1 500 X\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  };
  expect([await attempts(), service.arrived.length, service.socketsOpened]).toEqual([2, 4, 3]);
});

type Step = { readonly idleSeconds: number; readonly calls: number };
const step = fc.record({ idleSeconds: fc.integer({ min: 0, max: 25 }), calls: fc.integer({ min: 1, max: 4 }) });

/** The sockets that each step must open: the most recent ones are used first, and none that was idle for more than 20 s. */
function socketsToOpen(steps: readonly Step[]): readonly number[] {
  let now = 0;
  let idleSince: readonly number[] = [];
  return steps.map(({ idleSeconds, calls }) => {
    now += idleSeconds;
    const usable = idleSince.filter((since) => now - since <= 20);
    idleSince = [...usable.slice(0, -calls), ...Array(calls).fill(now)];
    return Math.max(0, calls - usable.length);
  });
}

async function socketsOpenedBy(steps: readonly Step[]): Promise<readonly number[]> {
  const stops: (() => Promise<void>)[] = [];
  const { service, clock, attempts } = await start(CLIENTS.DynamoDB, (stop) => stops.push(stop));
  const opened: number[] = [];
  try {
    for (const { idleSeconds, calls } of steps) {
      clock.advance(idleSeconds);
      const before = service.socketsOpened;
      service.answer = answerTogether(calls);
      await Promise.all(Array.from({ length: calls }, attempts));
      opened.push(service.socketsOpened - before);
    }
    return opened;
  } finally {
    for (const stop of stops) await stop();
  }
}

/** Responds once this number of requests have arrived, so that each needs its own socket. */
function answerTogether(count: number): SocketStandIn["answer"] {
  const waiting: Socket[] = [];
  return (socket) => {
    if (waiting.push(socket) === count) for (const each of waiting) each.write(rawAnswer(200));
  };
}

it("in any order of calls and pauses, uses no socket that was idle for more than 20 s, and all others", async () => {
  const holds = fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
    expect(await socketsOpenedBy(steps)).toEqual(socketsToOpen(steps));
  });
  await fc.assert(holds, { numRuns: 40 });
});

/** A service over TLS with a key that both sides know (RFC 4279), so that no certificate is needed. */
async function startTlsService(onTestFinished: (stop: () => void) => void) {
  const psk = Buffer.from("a key of this test alone");
  const secureConnections: boolean[] = [];
  const tls = { ciphers: "PSK", maxVersion: "TLSv1.2" } as const;
  const server = createServer({ ...tls, pskCallback: () => psk }, (_request, response) => response.end("{}"));
  server.on("secureConnection", (socket: TLSSocket) => secureConnections.push(socket.isSessionReused()));
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const client = { ...tls, pskCallback: () => ({ identity: "test", psk }), checkServerIdentity: () => undefined };
  return { endpoint: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, client, secureConnections };
}

it("holds over TLS, where the new connection resumes the session", async ({ onTestFinished }) => {
  const { endpoint, client: tls, secureConnections } = await startTlsService(onTestFinished);
  const clock = new FixedClock(NOON);
  const { config, plugin } = makeSdkTransport({ connectMillis: 500, requestMillis: 1200 }, () => clock.now());
  Object.assign(config.requestHandler.httpsAgent.options, tls);
  const client = new SQSClient({ ...locationOf(endpoint), ...config });
  client.middlewareStack.use(plugin);
  for (const seconds of [0, 19, 21]) {
    clock.advance(seconds);
    await client.send(new GetQueueUrlCommand({ QueueName: "queue" }));
  }
  expect(secureConnections).toEqual([false, true]);
});
