import { describe, expect, it } from "vitest";
import { openClient } from "../../src/testing/test-client.ts";
import { startEmulator } from "../../src/testing.ts";
import { deferred } from "../support/deferred.ts";
import { allow, type Handler, hanging, ok } from "../support/handlers.ts";
import { exchange, headerOf, openSocket, statusOf, upgradeText } from "../support/raw-socket.ts";
import { STOPPED } from "../support/stopped-clock.ts";

const nobodyThrows = (message: string): Handler => {
  return () => {
    throw new Error(message);
  };
};

describe("a handshake by the $connect integration's response", () => {
  const rows: readonly (readonly [title: string, status: number, connectHandler: Handler])[] = [
    ["gw:handshake-19 200", 101, ok],
    ["gw:handshake-19 299", 101, () => ({ statusCode: 299 })],
    ...[301, 400, 401, 403, 418, 500, 501].map(
      (status) => [`gw:handshake-20 attack:P2 ${status}`, status, () => ({ statusCode: status })] as const,
    ),
    ["gw:handshake-21 attack:P2 it throws", 502, nobodyThrows("Unauthorized")],
    ["gw:handshake-22 attack:P2 nothing", 502, () => undefined],
    ["gw:handshake-22 attack:P2 an empty object", 502, () => ({})],
    ["gw:handshake-22 attack:P2 a text", 502, () => "ok"],
    ["gw:handshake-22 attack:P2 true", 502, () => true],
    ["gw:handshake-22 attack:P2 no status", 502, () => ({ body: "ok" })],
    ["gw:handshake-22 a status as digits", 101, () => ({ statusCode: "200" })],
    ["gw:handshake-22 another status as digits", 418, () => ({ statusCode: "418" })],
    ["gw:handshake-22 a status in words", 502, () => ({ statusCode: "OK" })],
    ["gw:handshake-22 a status of two digits", 502, () => ({ statusCode: "20" })],
    ["gw:handshake-22 a status below 100", 502, () => ({ statusCode: 99 })],
    ["gw:handshake-22 a status of 101", 502, () => ({ statusCode: 101 })],
    ["gw:handshake-22 an unknown member", 502, () => ({ statusCode: 200, data: "" })],
    ["gw:handshake-22 a value that JSON does not have", 502, () => ({ statusCode: 200n })],
    [
      "gw:subprotocol-4 a subprotocol with a line break",
      502,
      () => ({ statusCode: 200, headers: { "Sec-WebSocket-Protocol": "a\r\nX: y" } }),
    ],
  ];

  it.each(rows)("%s: %i", async (_, status, Connect) => {
    await using emulator = await startEmulator({
      functions: { Connect, Disconnect: ok },
      routes: { $connect: "Connect", $disconnect: "Disconnect" },
    });
    expect(await emulator.handshakeStatus()).toBe(status);
    await emulator.close();
    expect(emulator.recording.eventsOf("Disconnect"), "gw:order-5 a refused client never disconnects").toHaveLength(
      status === 101 ? 1 : 0,
    );
  });

  it("gw:handshake-23 attack:P2 an integration that hangs: 504 after 29 s", async () => {
    const { handler: Connect, called } = hanging();
    await using emulator = await startEmulator({
      functions: { Connect },
      routes: { $connect: "Connect" },
      clock: STOPPED,
    });
    const status = emulator.handshakeStatus();
    await called;
    await emulator.clock.advance(29_000);
    expect(await status).toBe(504);
  });

  it("gw:handshake-23 gw:limit-11 comes earlier if $connect has a shorter timeout", async () => {
    const { handler: Connect, called } = hanging();
    await using emulator = await startEmulator({
      functions: { Connect },
      routes: { $connect: { function: "Connect", integrationTimeoutMillis: 50 } },
      clock: STOPPED,
    });
    const status = emulator.handshakeStatus();
    await called;
    await emulator.clock.advance(50);
    expect(await status).toBe(504);
  });

  it("gw:handshake-3 without a $connect route every client is admitted", async () => {
    await using emulator = await startEmulator({
      functions: { Disconnect: ok },
      routes: { $disconnect: "Disconnect" },
    });
    expect(await emulator.handshakeStatus()).toBe(101);
  });

  it("gw:handshake-28 the body and other headers of a 101 do not reach the client", async () => {
    const Connect: Handler = () => ({ statusCode: 200, headers: { "Set-Cookie": "a=b" }, body: "welcome" });
    await using emulator = await startEmulator({ functions: { Connect }, routes: { $connect: "Connect" } });
    const answer = await exchange(emulator.port, upgradeText());
    expect(statusOf(answer)).toBe(101);
    expect(answer).not.toMatch(/set-cookie|welcome/i);
  });

  it("gw:handshake-28 AG-5 the body of a refusal reaches the client, its headers do not", async () => {
    const Connect: Handler = () => ({ statusCode: 403, headers: { "Set-Cookie": "a=b" }, body: '{"why":"no"}' });
    await using emulator = await startEmulator({ functions: { Connect }, routes: { $connect: "Connect" } });
    const answer = await exchange(emulator.port, upgradeText());
    expect(answer).toMatch(/^HTTP\/1\.1 403 [\s\S]*\r\n\r\n\{"why":"no"\}$/);
    expect(headerOf(answer, "Content-Type")).toBe("application/json; charset=UTF-8");
    expect(headerOf(answer, "x-amz-apigw-id")).toBe(emulator.recording.eventsOf("Connect")[0].requestContext.requestId);
    for (const absent of ["Set-Cookie", "x-amzn-ErrorType", "x-amzn-RequestId"])
      expect(headerOf(answer, absent)).toBeUndefined();
  });

  it("gw:order-4 $disconnect is invoked for a client that leaves before the 101", async () => {
    const asked = deferred();
    const go = deferred();
    const gone = deferred<{ requestContext: { disconnectStatusCode: number } }>();
    const Connect: Handler = async () => {
      asked.resolve();
      await go.promise;
      return { statusCode: 200 };
    };
    await using emulator = await startEmulator({
      functions: { Connect, Disconnect: (event) => gone.resolve(event) },
      routes: { $connect: "Connect", $disconnect: "Disconnect" },
    });
    const socket = await openSocket(emulator.port);
    socket.write(upgradeText());
    await asked.promise;
    socket.resetAndDestroy();
    await new Promise((resolve) => setTimeout(resolve, 20));
    go.resolve();
    expect((await gone.promise).requestContext.disconnectStatusCode).toBe(1006);
  });
});

describe("subprotocols", () => {
  const answering = (headers: Record<string, unknown>, multiValueHeaders?: Record<string, unknown>): Handler => {
    return () => ({ statusCode: 200, headers, ...(multiValueHeaders && { multiValueHeaders }) });
  };

  it("gw:subprotocol-1 gw:subprotocol-3 the gateway chooses none, and a client that offered one gives up", async () => {
    await using emulator = await startEmulator({ functions: { Connect: ok }, routes: { $connect: "Connect" } });
    await expect(emulator.connect({ subprotocols: ["a"] })).rejects.toThrow("Server sent no subprotocol");
    expect(await exchange(emulator.port, upgradeText({ "Sec-WebSocket-Protocol": "a, b" }))).not.toMatch(
      /sec-websocket-protocol/i,
    );
  });

  it.each([
    ["gw:subprotocol-2 gw:subprotocol-6 in any case", answering({ "sec-websocket-PROTOCOL": "b" })],
    ["gw:subprotocol-6 among the multi-value headers", answering({}, { "Sec-WebSocket-Protocol": ["a", "b"] })],
  ])("%s the choice of $connect is sent", async (_, Connect) => {
    await using emulator = await startEmulator({ functions: { Connect }, routes: { $connect: "Connect" } });
    const client = await emulator.connect({ subprotocols: ["a", "b"] });
    expect(client.ws.protocol).toBe("b");
    expect(emulator.recording.eventsOf("Connect")[0].headers["Sec-WebSocket-Protocol"], "gw:subprotocol-2").toBe("a,b");
  });

  it("gw:subprotocol-4 one that was never offered is passed on unchanged", async () => {
    await using emulator = await startEmulator({
      functions: { Connect: answering({ "Sec-WebSocket-Protocol": "c" }) },
      routes: { $connect: "Connect" },
    });
    expect(await exchange(emulator.port, upgradeText())).toMatch(/\r\nSec-WebSocket-Protocol: c\r\n/);
    expect(await exchange(emulator.port, upgradeText({ "Sec-WebSocket-Protocol": "a" }))).toMatch(
      /\r\nSec-WebSocket-Protocol: c\r\n/,
    );
  });

  it("attack:F13 a malformed list is refused by the library, and $disconnect undoes $connect", async () => {
    await using emulator = await startEmulator({
      functions: { Connect: ok, Disconnect: ok },
      routes: { $connect: "Connect", $disconnect: "Disconnect" },
    });
    const answer = await exchange(emulator.port, upgradeText({ "Sec-WebSocket-Protocol": "a,,b" }));
    expect(statusOf(answer)).toBe(400);
    expect(emulator.recording.eventsOf("Connect")[0].headers["Sec-WebSocket-Protocol"], "gw:subprotocol-2").toBe(
      "a,,b",
    );
    await emulator.close();
    expect(emulator.recording.eventsOf("Disconnect")).toHaveLength(1);
  });

  it("gw:subprotocol-7 attack:G10 compression is never accepted", async () => {
    await using emulator = await startEmulator({ functions: { Connect: ok }, routes: { $connect: "Connect" } });
    const client = await openClient(emulator.url, {}, { perMessageDeflate: true });
    expect(client.ws.extensions).toBe("");
  });
});

describe("requests that are not a handshake invoke no function", () => {
  const BEHIND = "GET /dev/x HTTP/1.1";
  const long = "x".repeat(4096);
  const manyHeaders = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`X-${index}`, "1"]));
  const rows: readonly (readonly [string, number, string])[] = [
    ["gw:handshake-4 no stage", 403, upgradeText({}, "GET / HTTP/1.1")],
    ["gw:handshake-4 another stage", 403, upgradeText({}, "GET /prod HTTP/1.1")],
    ["gw:handshake-4 a handshake behind the stage", 403, upgradeText({}, "GET /dev/x HTTP/1.1")],
    ["gw:handshake-4 a stage in another case", 403, upgradeText({}, "GET /DEV HTTP/1.1")],
    ["gw:handshake-5 attack:F17 no upgrade", 426, upgradeText({ Upgrade: undefined, Connection: "close" })],
    [
      "gw:handshake-5 no upgrade, behind the stage",
      426,
      upgradeText({ Upgrade: undefined, Connection: "close" }, BEHIND),
    ],
    ["attack:F17 an upgrade to something else", 426, upgradeText({ Upgrade: "h2c" })],
    ["attack:F17 version 8", 426, upgradeText({ "Sec-WebSocket-Version": "8" })],
    ["attack:F17 version 0", 426, upgradeText({ "Sec-WebSocket-Version": "0" })],
    ["attack:F17 no version", 426, upgradeText({ "Sec-WebSocket-Version": undefined })],
    ["attack:F17 no key", 400, upgradeText({ "Sec-WebSocket-Key": undefined })],
    ["attack:F17 a key of the wrong length", 400, upgradeText({ "Sec-WebSocket-Key": "c2hvcnQ=" })],
    [
      "attack:F17 a key that is not canonical base64",
      400,
      upgradeText({ "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZR==" }),
    ],
    ["attack:F17 a body", 400, `${upgradeText({ "Content-Length": "2" })}hi`],
    ["attack:F17 another method", 400, upgradeText({}, "POST /dev HTTP/1.1")],
    ["attack:F17 HTTP/1.0", 400, upgradeText({}, "GET /dev HTTP/1.0")],
    [
      "gw:handshake-6 attack:F8 a URL of more than 4,096 characters",
      414,
      upgradeText({}, `GET /dev?access_token=${long} HTTP/1.1`),
    ],
    ["attack:N3 more than 100 headers", 431, upgradeText(manyHeaders)],
    ["attack:N3 attack:F8 headers of more than 16 KB", 431, upgradeText({ "X-Long": long.repeat(4) })],
    ["attack:P6 a foreign host (DNS rebinding)", 403, upgradeText({ Host: "evil.example" })],
    ["attack:P6 a host that begins like ours", 403, upgradeText({ Host: "127.0.0.1.evil.example" })],
    ["attack:P6 two hosts", 400, upgradeText({ host: "evil.example" })],
    ["attack:P6 the same host twice", 400, upgradeText({ host: "127.0.0.1" })],
    ["attack:F7 two Authorization headers", 400, upgradeText({ Authorization: "Bearer a", authorization: "Bearer b" })],
    ["attack:F17 two keys", 400, upgradeText({ "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" })],
    ["attack:F17 two versions", 400, upgradeText({ "sec-websocket-version": "13" })],
    ["attack:F17 two question marks", 400, upgradeText({}, "GET /dev??access_token=a HTTP/1.1")],
    ["attack:F17 a fragment", 400, upgradeText({}, "GET /dev?access_token=a#b HTTP/1.1")],
    ["attack:F17 a character that is not ASCII", 400, upgradeText({}, "GET /dev?access_token=\u00e4 HTTP/1.1")],
    ["attack:P6 no host", 403, upgradeText({ Host: undefined })],
  ];

  it.each(rows)("%s: %i", async (_, status, request) => {
    await using emulator = await startEmulator({
      functions: { Authorizer: allow, Connect: ok },
      routes: { $connect: "Connect" },
      authorizer: "Authorizer",
    });
    expect(statusOf(await exchange(emulator.port, request))).toBe(status);
    expect(emulator.recording.eventsOf("Authorizer")).toHaveLength(0);
    expect(statusOf(await exchange(emulator.port, upgradeText({}, "GET /dev/ HTTP/1.1"))), "positive control").toBe(
      101,
    );
  });
});

it("gw:handshake-24 gw:limit-9 more than 500 handshakes at once are throttled, until time passes", async () => {
  await using emulator = await startEmulator({
    functions: { Connect: ok },
    routes: { $connect: "Connect" },
    clock: STOPPED,
    quotas: { connects: { perSecond: 2, burst: 2 } },
  });
  const statuses = [
    await emulator.handshakeStatus(),
    await emulator.handshakeStatus(),
    await emulator.handshakeStatus(),
  ];
  expect(statuses).toEqual([101, 101, 429]);
  await emulator.clock.advance(500);
  expect(await emulator.handshakeStatus()).toBe(101);
});

it("gw:handshake-29 a page of any origin may connect: no CORS header is asked for or sent", async () => {
  await using emulator = await startEmulator({ functions: { Connect: ok }, routes: { $connect: "Connect" } });
  const answer = await exchange(emulator.port, upgradeText({ Origin: "https://other.example" }));
  expect(statusOf(answer)).toBe(101);
  expect(answer).not.toMatch(/access-control/i);
  expect(emulator.recording.eventsOf("Connect")[0].headers["Origin"]).toBe("https://other.example");
});

it("two Authorization headers get a page as response, as from the real service", async () => {
  await using emulator = await startEmulator({
    functions: { Authorizer: allow, Connect: ok },
    routes: { $connect: "Connect" },
    authorizer: "Authorizer",
  });
  const twice = upgradeText({ Authorization: "Bearer a", authorization: "Bearer a" });
  const answer = await exchange(emulator.port, twice);
  expect(headerOf(answer, "Content-Type")).toBe("text/html");
  expect(headerOf(answer, "x-amz-apigw-id")).toBeUndefined();
  expect(answer).toMatch(/\r\n\r\n<html>/);
});

it.each(["Host", "Authorization"])("two %s headers are refused by the AWS APIs too", async (name) => {
  await using emulator = await startEmulator({ functions: { Fn: () => "reached" }, routes: {} });
  const call = (headers: Record<string, string>) => {
    const lines = Object.entries({ Host: "127.0.0.1", Connection: "close", ...headers });
    const head = lines.map(([field, value]) => `${field}: ${value}`).join("\r\n");
    return exchange(emulator.port, `POST /2015-03-31/functions/Fn/invocations HTTP/1.1\r\n${head}\r\n\r\n`);
  };
  expect(statusOf(await call({ [name]: "127.0.0.1", [name.toLowerCase()]: "127.0.0.1" }))).toBe(400);
  expect(statusOf(await call({})), "positive control").toBe(200);
});
