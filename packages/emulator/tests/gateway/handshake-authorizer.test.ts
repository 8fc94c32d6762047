import { describe, expect, it } from "vitest";
import { handshakeStatus, startEmulator } from "../../src/testing.ts";
import { allow, type Handler, hanging, ok, policy } from "../support/handlers.ts";
import { exchange, headerOf, statusOf, upgradeText } from "../support/raw-socket.ts";
import { STOPPED } from "../support/stopped-clock.ts";

const nobodyThrows = (message: string): Handler => {
  return () => {
    throw new Error(message);
  };
};

describe("a handshake by the authorizer's result", () => {
  const deep = { nested: { a: 1 } };
  const rows: readonly (readonly [title: string, status: number, authorizer: Handler])[] = [
    ["gw:handshake-1 an Allow for this connection", 101, allow],
    ["gw:handshake-11 the error Unauthorized", 401, nobodyThrows("Unauthorized")],
    ["gw:handshake-11 the text Unauthorized thrown", 401, () => Promise.reject("Unauthorized")],
    ["gw:handshake-12 another spelling of it", 500, nobodyThrows("unauthorized")],
    ["gw:handshake-12 attack:P1 any other error", 500, nobodyThrows("AuthorizerUnavailable")],
    ["gw:handshake-12 an error without a text", 500, () => Promise.reject(Object.create(null))],
    ["gw:handshake-13 a Deny", 403, (event) => policy({ Effect: "Deny", Resource: event.methodArn })],
    [
      "gw:handshake-14 gw:authorizer-11 an Allow for .../dev/*/*",
      403,
      (event) => policy({ Effect: "Allow", Resource: event.methodArn.replace("$connect", "*/*") }),
    ],
    [
      "gw:handshake-14 an Allow for another stage",
      403,
      (event) => policy({ Effect: "Allow", Resource: event.methodArn.replace("/dev/", "/prod/") }),
    ],
    [
      "gw:handshake-14 an Allow for another action",
      403,
      (event) => policy({ Effect: "Allow", Action: "execute-api:ManageConnections", Resource: event.methodArn }),
    ],
    [
      "gw:authorizer-11 an Allow for .../dev/*",
      101,
      (event) => policy({ Effect: "Allow", Resource: event.methodArn.replace("$connect", "*") }),
    ],
    ["gw:authorizer-11 an Allow for *", 101, () => policy({ Effect: "Allow", Resource: "*" })],
    ["gw:handshake-15 null", 500, () => null],
    ["gw:handshake-15 nothing", 500, () => undefined],
    ["gw:handshake-15 true", 500, () => true],
    ["gw:handshake-15 the text Unauthorized returned", 500, () => "Unauthorized"],
    ["gw:handshake-15 a proxy response", 500, () => ({ statusCode: 401 })],
    [
      "gw:handshake-15 an object as the principal",
      500,
      () => policy({ Effect: "Allow", Resource: "*" }, { principalId: { nested: "principal" } }),
    ],
    ["gw:handshake-15 no policy", 500, () => ({ principalId: "ann" })],
    ["gw:handshake-15 an unknown effect", 500, () => policy({ Effect: "allow", Resource: "*" })],
    ["gw:handshake-15 the simple response of HTTP APIs", 500, () => ({ isAuthorized: true })],
    [
      "gw:handshake-16 an object in the context",
      500,
      () => policy({ Effect: "Allow", Resource: "*" }, { context: deep }),
    ],
    [
      "gw:handshake-16 an array in the context",
      500,
      () => policy({ Effect: "Allow", Resource: "*" }, { context: { roles: ["a"] } }),
    ],
    [
      "gw:handshake-16 attack:P1 an array as the context",
      500,
      () => policy({ Effect: "Allow", Resource: "*" }, { context: ["a"] }),
    ],
    [
      "gw:authorizer-15 more than 8 KB",
      500,
      () => policy({ Effect: "Allow", Resource: "*" }, { context: { big: "x".repeat(8192) } }),
    ],
  ];

  it.each(rows)("%s: %i", async (_, status, authorizer) => {
    await using emulator = await startEmulator({
      functions: { Authorizer: authorizer, Connect: ok },
      routes: { $connect: "Connect" },
      authorizer: "Authorizer",
    });
    expect(await emulator.handshakeStatus()).toBe(status);
    expect(emulator.recording.eventsOf("Authorizer")).toHaveLength(1);
    expect(emulator.recording.eventsOf("Connect")).toHaveLength(status === 101 ? 1 : 0);
  });

  it.each([
    ["ann", "ann"],
    ["", ""],
    [7, "7"],
    [null, undefined],
    [undefined, undefined],
  ])("gw:handshake-15 as recorded: with principalId %j the events have %j", async (principalId, expected) => {
    const context = { principalId: "of the context" };
    const Authorizer: Handler = () => policy({ Effect: "Allow", Resource: "*" }, { principalId, context });
    await using emulator = await startEmulator({
      functions: { Authorizer, Connect: ok },
      routes: { $connect: "Connect" },
      authorizer: "Authorizer",
    });
    expect(await emulator.handshakeStatus()).toBe(101);
    expect(emulator.recording.eventsOf("Connect")[0].requestContext.authorizer.principalId).toBe(expected);
  });

  it("gw:authorizer-12 an explicit Deny wins over an Allow, whichever comes first", async () => {
    const statements = ["Allow", "Deny"].map((Effect) => ({ Effect, Action: "*", Resource: "*" }));
    for (const Statement of [statements, statements.toReversed()]) {
      const Authorizer: Handler = () => ({ principalId: "ann", policyDocument: { Statement } });
      await using emulator = await startEmulator({
        functions: { Authorizer, Connect: ok },
        routes: { $connect: "Connect" },
        authorizer: "Authorizer",
      });
      expect(await emulator.handshakeStatus()).toBe(403);
    }
  });

  it("gw:handshake-17 attack:P1 an authorizer that hangs: 500 after 29 s", async () => {
    const { handler: Authorizer, called } = hanging();
    await using emulator = await startEmulator({
      functions: { Authorizer, Connect: ok },
      routes: { $connect: "Connect" },
      authorizer: "Authorizer",
      clock: STOPPED,
    });
    const status = emulator.handshakeStatus();
    await called;
    await emulator.clock.advance(29_000);
    expect(await status).toBe(500);
    expect(emulator.recording.eventsOf("Connect")).toHaveLength(0);
  });

  it("gw:handshake-18 attack:P1 an authorizer without a function: 500", async () => {
    await using emulator = await startEmulator({
      functions: { Connect: ok },
      routes: { $connect: "Connect" },
      authorizer: { functionName: "Missing" },
    });
    expect(await emulator.handshakeStatus()).toBe(500);
    expect(emulator.recording.eventsOf("Connect")).toHaveLength(0);
  });

  it("gw:handshake-2 gw:authorizer-4 the authorizer is invoked for every connection and for nothing else", async () => {
    await using emulator = await startEmulator({
      functions: {
        Authorizer: allow,
        Connect: ok,
        Disconnect: ok,
        Echo: (event) => ({ statusCode: 200, body: event.body }),
      },
      routes: { $connect: "Connect", $disconnect: "Disconnect", $default: { function: "Echo", routeResponse: true } },
      authorizer: "Authorizer",
    });
    for (let connection = 0; connection < 2; connection += 1) {
      const client = await emulator.connect();
      client.send("hello");
      await client.text();
      client.close();
      await client.closed();
    }
    expect(emulator.recording.eventsOf("Authorizer")).toHaveLength(2);
  });
});

describe("gw:authorizer-13 a condition on", () => {
  const rows: readonly (readonly [Condition: object, admits: boolean])[] = [
    [{ IpAddress: { "aws:SourceIp": "127.0.0.0/8" } }, true],
    [{ NotIpAddress: { "aws:SourceIp": "127.0.0.0/8" } }, false],
    [{ StringLike: { "aws:UserAgent": "Firefox/*" } }, true],
    [{ StringEquals: { "aws:UserAgent": "Chrome" } }, false],
    [{ DateLessThan: { "aws:CurrentTime": "2026-11-22T12:00:01Z" } }, true],
    [{ DateEquals: { "aws:CurrentTime": "2026-11-22T12:00:00Z" } }, true],
    [{ DateGreaterThan: { "aws:CurrentTime": "2026-11-22T12:00:00Z" } }, false],
    [{ NumericEquals: { "aws:EpochTime": 1795348800 } }, true],
    [{ Bool: { "aws:SecureTransport": true } }, true],
    [{ Bool: { "aws:SecureTransport": "false" } }, false],
  ];

  it("the client's address, its name, the time and the transport decides", async () => {
    let statement = {};
    await using emulator = await startEmulator({
      functions: { Authorizer: () => policy({ Resource: "*", ...statement }), Connect: ok },
      routes: { $connect: "Connect" },
      authorizer: "Authorizer",
      clock: STOPPED,
    });
    const headers = { "User-Agent": "Firefox/140" };
    for (const [Condition, admits] of rows) {
      statement = { Effect: "Allow", Condition };
      expect([Condition, await emulator.handshakeStatus({ headers })]).toEqual([Condition, admits ? 101 : 403]);
    }
    statement = { Effect: "Allow", Condition: { Null: { "aws:UserAgent": true } } };
    expect(await emulator.handshakeStatus()).toBe(101);
  });
});

describe("gw:handshake-27 the body of a refusal that is the gateway's own", () => {
  const rows: readonly (readonly [title: string, status: number, message: string, authorizer: Handler])[] = [
    ["who is this", 401, "Unauthorized", nobodyThrows("Unauthorized")],
    [
      "an explicit denial",
      403,
      "User is not authorized to access this resource with an explicit deny in an identity-based policy",
      () => policy({ Effect: "Deny", Resource: "*" }),
    ],
    [
      "no statement that allows",
      403,
      "User is not authorized to access this resource because no identity-based policy allows the execute-api:Invoke action",
      () => policy({ Effect: "Allow", Resource: "other" }),
    ],
    ["a malformed result", 500, "", () => null],
    ["a fault", 500, "Internal server error", nobodyThrows("down")],
  ];

  it.each(rows)("%s: %i", async (_, status, message, Authorizer) => {
    await using emulator = await startEmulator({
      functions: { Authorizer, Connect: ok },
      routes: { $connect: "Connect" },
      authorizer: "Authorizer",
    });
    const answer = await exchange(emulator.port, upgradeText());
    const { connectionId, requestId } = emulator.recording.eventsOf("Authorizer")[0].requestContext;
    expect(statusOf(answer)).toBe(status);
    const body = `{"message": "${message}", "connectionId":"${connectionId}", "requestId":"${requestId}"}`;
    expect(answer.split("\r\n\r\n")[1]).toBe(body);
    expect(headerOf(answer, "Content-Type")).toBe("application/json; charset=UTF-8");
    expect(headerOf(answer, "x-amz-apigw-id")).toBe(requestId);
    for (const absent of ["x-amzn-ErrorType", "x-amzn-RequestId"]) expect(headerOf(answer, absent)).toBeUndefined();
  });

  it("gw:handshake-21 $connect that throws: 502", async () => {
    await using emulator = await startEmulator({
      functions: { Connect: nobodyThrows("down") },
      routes: { $connect: "Connect" },
    });
    const answer = await exchange(emulator.port, upgradeText());
    const { connectionId, requestId } = emulator.recording.eventsOf("Connect")[0].requestContext;
    const body = { message: "Internal server error", connectionId, requestId };
    expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toEqual(body);
  });
});

describe("gw:authorizer-1 identity sources beside headers and the query", () => {
  const rows: readonly (readonly [string, number])[] = [
    ["stageVariables.colour", 101],
    ["stageVariables.shape", 401],
    ["context.connectionId", 101],
    ["context.connectedAt", 101],
    ["context.requestTimeEpoch", 101],
    ["context.eventType", 401],
    ["context.messageDirection", 401],
    ["$request.header.X-Key", 401],
  ];

  it.each(rows)("%s: %i", async (source, status) => {
    await using emulator = await startEmulator({
      functions: { Authorizer: allow, Connect: ok },
      routes: { $connect: "Connect" },
      authorizer: { functionName: "Authorizer", identitySources: [source] },
      stages: [{ name: "dev", variables: { colour: "blue" } }],
    });
    expect(await emulator.handshakeStatus({ headers: { "X-Key": "b" } })).toBe(status);
  });
});

it("gw:subprotocol-5 the offered subprotocols may be an identity source", async () => {
  await using emulator = await startEmulator({
    functions: {
      Authorizer: allow,
      Connect: ({ headers }) => ({
        statusCode: 200,
        headers: { "Sec-WebSocket-Protocol": headers["Sec-WebSocket-Protocol"] },
      }),
    },
    routes: { $connect: "Connect" },
    authorizer: { functionName: "Authorizer", identitySources: ["route.request.header.Sec-WebSocket-Protocol"] },
  });
  expect(await emulator.handshakeStatus()).toBe(401);
  expect(await emulator.handshakeStatus({ subprotocols: ["a.b.c"] })).toBe(101);
});

describe("gw:handshake-10 gw:authorizer-2 identity sources", () => {
  const authorizer = {
    functionName: "Authorizer",
    identitySources: ["route.request.querystring.access_token", "route.request.header.X-Key"],
  };
  const rows: readonly (readonly [string, number, string, Record<string, string>])[] = [
    ["both", 101, "?access_token=a", { "x-key": "b" }],
    ["one of two", 401, "?access_token=a", {}],
    ["an empty one", 401, "?access_token=", { "x-key": "b" }],
    ["gw:authorizer-3 a parameter spelled differently", 401, "?Access_Token=a", { "x-key": "b" }],
  ];

  it.each(rows)("%s: %i", async (_, status, query, headers) => {
    await using emulator = await startEmulator({
      functions: { Authorizer: allow, Connect: ok },
      routes: { $connect: "Connect" },
      authorizer,
    });
    expect(await handshakeStatus(emulator.url + query, { headers })).toBe(status);
    expect(emulator.recording.eventsOf("Authorizer")).toHaveLength(status === 101 ? 1 : 0);
  });
});
