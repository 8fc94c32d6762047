import { describe, expect, it } from "vitest";
import { connectTo, startEmulator } from "../../src/testing.ts";
import { deferred } from "../support/deferred.ts";
import { allow, type Handler, type Json, ok, policy } from "../support/handlers.ts";
import { exchange, openSocket, upgradeText } from "../support/raw-socket.ts";

const NOW = Date.UTC(2026, 7, 31, 3, 4, 5, 678);
const REQUEST_ID = expect.stringMatching(/^[A-Za-z0-9_-]{15}=$/);
const ID = expect.stringMatching(/^[A-Za-z0-9_-]{18}==$/);
const TRACE = expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);

/** One connection from handshake to end, with a client's own headers, and its four events. */
async function recordEvents(): Promise<Record<"Authorizer" | "Connect" | "Message" | "Disconnect", Json>> {
  const context = { userId: "ann", tokenExpiresAt: 1788231845, admin: true, gone: null, principalId: "forged" };
  await using emulator = await startEmulator({
    clock: { stopped: true, startAt: NOW },
    functions: {
      Authorizer: (event) => policy({ Effect: "Allow", Resource: event.methodArn }, { context }),
      Connect: ok,
      Message: () => ({ statusCode: 200, body: "done" }),
      Disconnect: ok,
    },
    routes: { $connect: "Connect", $disconnect: "Disconnect", greet: { function: "Message", routeResponse: true } },
    authorizer: "Authorizer",
  });
  const client = await connectTo(`${emulator.url}?access_token=a%2Eb&n=1&n=2`, {
    headers: { "User-Agent": "wscat", "x-Custom": "1", Host: "localhost:3001" },
  });
  client.send('{ "action":  "greet" }');
  await client.text();
  client.close();
  await client.closed();
  await emulator.close();
  const [Authorizer, Connect, Message, Disconnect] = ["Authorizer", "Connect", "Message", "Disconnect"].map(
    (name) => emulator.recording.eventsOf(name)[0],
  );
  return { Authorizer, Connect, Message, Disconnect };
}

/** The keys of an object and of all objects in it, in their order. */
function keyOrder(value: Json): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value) || "asymmetricMatch" in value)
    return undefined;
  return Object.entries(value).map(([key, member]) => [key, keyOrder(member)]);
}

/** Equal in content and in the order of keys. */
function expectExactly(actual: Json, expected: Json): void {
  expect(actual).toEqual(expected);
  const plain = (value: Json) => keyOrder({ ...value, headers: {}, multiValueHeaders: {} });
  expect(plain(actual)).toEqual(plain(expected));
}

describe("the events of one connection", () => {
  const recorded = recordEvents();
  const common = {
    stage: "dev",
    connectedAt: NOW,
    requestTimeEpoch: NOW,
    identity: { userAgent: "wscat", sourceIp: "127.0.0.1" },
  };
  const tail = { requestId: REQUEST_ID, domainName: "localhost:3001", connectionId: ID, apiId: "a1b2c3d4e5" };
  const head = { extendedRequestId: REQUEST_ID, requestTime: "31/Aug/2026:03:04:05 +0000", messageDirection: "IN" };
  const authorizer = { userId: "ann", tokenExpiresAt: "1788231845", admin: "true", principalId: "ann" };
  const clientHeaders = {
    Host: "localhost:3001",
    "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
    "Sec-WebSocket-Key": expect.any(String),
    "Sec-WebSocket-Version": "13",
  };
  const ownHeaders = {
    "User-Agent": "wscat",
    "X-Amzn-Trace-Id": TRACE,
    "x-Custom": "1",
    "X-Forwarded-For": "127.0.0.1",
    "X-Forwarded-Port": "443",
    "X-Forwarded-Proto": "https",
  };
  const multi = (headers: Json): Json =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  const query = {
    queryStringParameters: { access_token: "a.b", n: "2" },
    multiValueQueryStringParameters: { access_token: ["a.b"], n: ["1", "2"] },
  };

  it("gw:event-32 REQUEST of the authorizer", async () => {
    const headers = {
      Connection: "upgrade",
      "content-length": "0",
      ...clientHeaders,
      Upgrade: "websocket",
      ...ownHeaders,
    };
    const { Authorizer } = await recorded;
    expectExactly(Authorizer, {
      type: "REQUEST",
      methodArn: "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/dev/$connect",
      headers,
      multiValueHeaders: multi(headers),
      ...query,
      stageVariables: {},
      requestContext: { routeKey: "$connect", eventType: "CONNECT", ...head, ...common, ...tail },
    });
    expect(Object.keys(Authorizer.headers), "sorted without regard to case").toEqual([
      "Connection",
      "content-length",
      "Host",
      "Sec-WebSocket-Extensions",
      "Sec-WebSocket-Key",
      "Sec-WebSocket-Version",
      "Upgrade",
      "User-Agent",
      "X-Amzn-Trace-Id",
      "x-Custom",
      "X-Forwarded-For",
      "X-Forwarded-Port",
      "X-Forwarded-Proto",
    ]);
  });

  it("gw:event-2 gw:event-3 gw:authorizer-14 gw:authorizer-16 CONNECT", async () => {
    const headers = { ...clientHeaders, ...ownHeaders };
    const { Connect } = await recorded;
    expectExactly(Connect, {
      headers,
      multiValueHeaders: multi(headers),
      ...query,
      requestContext: {
        routeKey: "$connect",
        authorizer: { ...authorizer, integrationLatency: expect.any(Number) },
        eventType: "CONNECT",
        ...head,
        ...common,
        ...tail,
      },
      isBase64Encoded: false,
    });
  });

  it("gw:event-10 gw:event-11 MESSAGE", async () => {
    const { Message } = await recorded;
    expectExactly(Message, {
      requestContext: {
        routeKey: "greet",
        authorizer,
        messageId: ID,
        eventType: "MESSAGE",
        ...head,
        ...common,
        ...tail,
      },
      body: '{ "action":  "greet" }',
      isBase64Encoded: false,
    });
  });

  it("gw:event-20 gw:event-21 gw:close-1 DISCONNECT", async () => {
    const headers = { Host: "localhost:3001", "x-api-key": "", "X-Forwarded-For": "", "x-restapi": "" };
    const { Disconnect } = await recorded;
    expectExactly(Disconnect, {
      headers,
      multiValueHeaders: multi(headers),
      requestContext: {
        routeKey: "$disconnect",
        disconnectStatusCode: 1005,
        authorizer,
        eventType: "DISCONNECT",
        extendedRequestId: REQUEST_ID,
        requestTime: "31/Aug/2026:03:04:05 +0000",
        messageDirection: "IN",
        disconnectReason: "Client-side close frame status not set",
        ...common,
        ...tail,
      },
      isBase64Encoded: false,
    });
  });

  it("gw:event-1 gw:event-30 gw:event-31 ids: one per connection, one per event, the message id ends like the connection id", async () => {
    const contexts = Object.values(await recorded).map(({ requestContext }) => requestContext);
    const connectionId = contexts[0].connectionId;
    expect(new Set(contexts.map((context) => context.connectionId))).toEqual(new Set([connectionId]));
    for (const context of contexts) expect(context.requestId).toBe(context.extendedRequestId);
    expect(
      new Set(contexts.map((context) => context.requestId)).size,
      "the handshake's two events are one request",
    ).toBe(3);
    const message = contexts.find((context) => context.messageId !== undefined);
    expect(message.messageId).not.toBe(connectionId);
    expect(message.messageId.slice(-10)).toBe(connectionId.slice(-10));
  });
});

describe("events without optional members", () => {
  it("gw:event-3 gw:event-4 have no query, authorizer or user agent if the handshake has none", async () => {
    await using emulator = await startEmulator({ functions: { Connect: ok }, routes: { $connect: "Connect" } });
    await exchange(emulator.port, upgradeText());
    const event = emulator.recording.eventsOf("Connect")[0];
    expect(event).not.toHaveProperty("queryStringParameters");
    expect(event).not.toHaveProperty("multiValueQueryStringParameters");
    expect(event.requestContext).not.toHaveProperty("authorizer");
    expect(event.requestContext.identity).toEqual({ sourceIp: "127.0.0.1" });
  });

  it("gw:event-1 have empty maps for the authorizer if the URL has no query", async () => {
    await using emulator = await startEmulator({
      functions: { Authorizer: allow, Connect: ok },
      routes: { $connect: "Connect" },
      authorizer: "Authorizer",
    });
    await exchange(emulator.port, upgradeText());
    expect(emulator.recording.eventsOf("Authorizer")[0]).toMatchObject({
      queryStringParameters: {},
      multiValueQueryStringParameters: {},
    });
  });
});

it("gw:event-6 stage variables are in every event of a stage that has some, and in none of others", async () => {
  for (const stageVariables of [undefined, { colour: "blue" }]) {
    const functions = {
      Authorizer: allow,
      Connect: ok,
      Message: () => ({ statusCode: 200, body: "done" }),
      Disconnect: ok,
    };
    await using emulator = await startEmulator({
      functions,
      routes: {
        $connect: "Connect",
        $disconnect: "Disconnect",
        $default: { function: "Message", routeResponse: true },
      },
      authorizer: "Authorizer",
      stages: [{ name: "dev", ...(stageVariables && { variables: stageVariables }) }],
    });
    const client = await emulator.connect();
    client.send("x");
    await client.text();
    await emulator.close();
    const seen = Object.fromEntries(
      emulator.recording.invocations.map(({ functionName, event }) => [functionName, event.stageVariables]),
    );
    const inProxyEvents = { Connect: stageVariables, Message: stageVariables, Disconnect: stageVariables };
    expect(seen).toEqual({ Authorizer: stageVariables ?? {}, ...inProxyEvents });
  }
});

it("gw:event-5 connectedAt is the handshake's time in every event, requestTimeEpoch that of the event", async () => {
  const done: Handler = () => ({ statusCode: 200, body: "done" });
  await using emulator = await startEmulator({
    functions: { Connect: ok, Message: done, Disconnect: ok },
    routes: { $connect: "Connect", $disconnect: "Disconnect", $default: { function: "Message", routeResponse: true } },
    clock: { stopped: true, startAt: NOW },
  });
  const client = await emulator.connect();
  await emulator.clock.advance(1_000);
  client.send("x");
  await client.text();
  await emulator.clock.advance(1_000);
  await emulator.close();
  const times = emulator.recording.invocations.map(({ event: { requestContext } }) => [
    requestContext.connectedAt,
    requestContext.requestTimeEpoch,
  ]);
  expect(times).toEqual([
    [NOW, NOW],
    [NOW, NOW + 1_000],
    [NOW, NOW + 2_000],
  ]);
});

describe("headers and query values of clients", () => {
  it("attack:F7 a repeated header is in the maps under its first spelling: the last value, and all values", async () => {
    await using emulator = await startEmulator({ functions: { Connect: ok }, routes: { $connect: "Connect" } });
    await exchange(emulator.port, upgradeText({ "X-Twice": "1", "x-twice": "2" }));
    const { headers, multiValueHeaders } = emulator.recording.eventsOf("Connect")[0];
    expect([headers["X-Twice"], multiValueHeaders["X-Twice"], headers["x-twice"]]).toEqual([
      "2",
      ["1", "2"],
      undefined,
    ]);
  });

  it("attack:F18 a client's forwarding headers change only the list to which its address is added", async () => {
    await using emulator = await startEmulator({ functions: { Connect: ok }, routes: { $connect: "Connect" } });
    const forged = { "x-forwarded-for": "1.2.3.4", "X-FORWARDED-PROTO": "http", "x-amzn-trace-id": "Root=0" };
    await exchange(emulator.port, upgradeText(forged));
    const { headers, requestContext } = emulator.recording.eventsOf("Connect")[0];
    expect(headers).toMatchObject({
      "X-Forwarded-For": "1.2.3.4, 127.0.0.1",
      "X-Forwarded-Proto": "https",
      "X-Amzn-Trace-Id": TRACE,
    });
    expect(requestContext.identity.sourceIp).toBe("127.0.0.1");
  });

  it("attack:F5 query values are decoded once, and stay if they cannot be decoded", async () => {
    await using emulator = await startEmulator({ functions: { Connect: ok }, routes: { $connect: "Connect" } });
    await exchange(emulator.port, upgradeText({}, "GET /dev?a=%252E&b=x+y&c=%zz&d&__proto__=e&e=%00 HTTP/1.1"));
    const { queryStringParameters } = emulator.recording.eventsOf("Connect")[0];
    expect(Object.entries(queryStringParameters)).toEqual([
      ["a", "%2E"],
      ["b", "x y"],
      ["c", "%zz"],
      ["d", ""],
      ["__proto__", "e"],
      ["e", "\0"],
    ]);
  });
});

it("attack:N3 a client that does not finish its headers is cut off after 5 seconds", { timeout: 15_000 }, async () => {
  await using emulator = await startEmulator({ functions: { Connect: ok }, routes: { $connect: "Connect" } });
  const socket = await openSocket(emulator.port);
  socket.write("GET /dev HTTP/1.1\r\nHost: 127.0.0.1\r\n");
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
});

it.each(["Authorization", "authorization"])(
  "gw:event-2 gw:event-10 %s is in the events of authorizer and $connect, as sent, and in no other",
  async (name) => {
    const fn = deferred();
    const functions: Record<string, Handler> = { Authorizer: allow, Connect: ok, Message: () => fn.resolve() };
    await using emulator = await startEmulator({
      functions,
      routes: { $connect: "Connect", $default: "Message" },
      authorizer: "Authorizer",
    });
    const client = await emulator.connect({ headers: { [name]: "Bearer  a.b.c" } });
    client.send("hello");
    await fn.promise;
    const [authorizer, connected, message] = ["Authorizer", "Connect", "Message"].map(
      (functionName) => emulator.recording.eventsOf(functionName)[0],
    );

    for (const event of [authorizer, connected]) {
      expect(event.headers).toMatchObject({ [name]: "Bearer  a.b.c" });
      expect(event.multiValueHeaders).toMatchObject({ [name]: ["Bearer  a.b.c"] });
    }
    expect(JSON.stringify(message)).not.toContain("Bearer");
  },
);
