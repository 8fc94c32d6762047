import { describe, expect, it } from "vitest";
import { MemoryConnectionStore } from "../../../src/adapters/in-memory/memory-connection-store.ts";
import { MemoryRevocationList } from "../../../src/adapters/in-memory/memory-revocation-list.ts";
import { MemorySubscriptionStore } from "../../../src/adapters/in-memory/memory-subscription-store.ts";
import { issuerId } from "../../../src/adapters/issuer-id.ts";
import { PinoLogger } from "../../../src/adapters/pino/pino-logger.ts";
import { makeCloseConnection } from "../../../src/application/connections/open-and-close.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { ConnectionId } from "../../../src/domain/connection/connection.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import { type EpochSeconds, toEpochSeconds } from "../../../src/domain/time.ts";
import type { TokenId } from "../../../src/domain/token/token-facts.ts";
import { connectHandler } from "../../../src/entrypoints/lambda/handlers/connect.ts";
import { disconnectHandler } from "../../../src/entrypoints/lambda/handlers/disconnect.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";
import {
  AUTHORIZER_CONTEXT,
  CONNECTED_AT,
  connectEvent,
  disconnectEvent,
  messageEvent,
} from "../../support/gateway-events.ts";
import { lambdaContext } from "../../support/lambda-context.ts";
import { openConnectionOver } from "../../support/open-connection.ts";

function handlers({ limit = 50 } = {}) {
  const connections = new MemoryConnectionStore();
  const revocations = new MemoryRevocationList();
  const subscriptions = new MemorySubscriptionStore(connections);
  const clock = new FixedClock(CONNECTED_AT);
  const logger = new RecordingLogger();
  return {
    logger,
    revocations,
    connect: connectHandler({ open: openConnectionOver({ connections, clock, revocations, limit }), logger }),
    disconnect: disconnectHandler({ close: makeCloseConnection({ connections, subscriptions, clock }), logger }),
    record: (id: string) =>
      connections.liveConnectionsAmong([id as ConnectionId], "ann" as UserId, toEpochSeconds(clock.now())),
    liveConnectionsOf: async (user: string) =>
      (await connections.liveConnectionsOf(user as UserId, toEpochSeconds(clock.now()))).items,
  };
}

describe("connect", () => {
  it("remembers the connection and its user, until the token ends", async () => {
    const { connect, record } = handlers();
    expect(await connect(connectEvent(), lambdaContext())).toEqual({ statusCode: 200 });
    expect(await record("gbgHYy9RVQAYKEj2kA==")).toEqual([
      {
        id: "gbgHYy9RVQAYKEj2kA==",
        identity: { userId: "ann", firstName: "Ann", lastName: "Bee", sub: "subject-1" },
        sourceIp: "203.0.113.7",
        userAgent: "wscat/6",
        connectedAt: CONNECTED_AT,
        token: {
          issuer: issuerId("portcullis"),
          expiresAt: CONNECTED_AT / 1000 + 3600,
          issuedAt: CONNECTED_AT / 1000 - 60,
          tokenId: "token-1",
        },
        expiresAt: CONNECTED_AT / 1000 + 3600,
      },
    ]);
  });

  it("ends the connection after 1 h 58 min, whatever the token says", async () => {
    const { connect, liveConnectionsOf } = handlers();
    const authorizer = { ...AUTHORIZER_CONTEXT, tokenExpiresAt: String(CONNECTED_AT / 1000 + 86_400) };
    await connect(connectEvent({}, { authorizer }), lambdaContext());
    expect(await liveConnectionsOf("ann")).toMatchObject([{ expiresAt: CONNECTED_AT / 1000 + 7080 }]);
  });

  it.each([
    ["attack:F10 as offered", "websocket", { "Sec-WebSocket-Protocol": "websocket" }],
    ["attack:F12 spelled as offered", "WebSocket, a.b.c", { "Sec-WebSocket-Protocol": "WebSocket" }],
    ["attack:F16 without the token", "websocket, a.b.c", { "Sec-WebSocket-Protocol": "websocket" }],
  ])("answers the subprotocol: %s", async (_title, offered, headers) => {
    const event = connectEvent({ headers: { "sec-websocket-protocol": offered } });
    expect(await handlers().connect(event, lambdaContext())).toEqual({ statusCode: 200, headers });
  });

  it("fault:L2 refuses an id that another user's live connection has", async () => {
    const { connect, liveConnectionsOf, logger } = handlers();
    await connect(connectEvent(), lambdaContext());
    const authorizer = { ...AUTHORIZER_CONTEXT, userId: "eve" };
    expect(await connect(connectEvent({}, { authorizer }), lambdaContext())).toEqual({ statusCode: 500 });
    expect(logger.entries.at(-1)).toMatchObject({ outcome: "taken", userId: "eve" });
    expect(await liveConnectionsOf("eve")).toEqual([]);
  });

  it("attack:N1 refuses one connection more than the user may have with 429, and stores nothing", async () => {
    const { connect, liveConnectionsOf, logger } = handlers({ limit: 2 });
    const asking = (connectionId: string, user = "ann") =>
      connect(connectEvent({}, { connectionId, authorizer: { ...AUTHORIZER_CONTEXT, userId: user } }), lambdaContext());
    expect(await asking("A=")).toEqual({ statusCode: 200 });
    expect(await asking("B=")).toEqual({ statusCode: 200 });
    expect(await asking("C=")).toEqual({ statusCode: 429 });
    expect(logger.entries.at(-1)).toMatchObject({ level: "info", outcome: "limit-reached", userId: "ann" });
    expect((await liveConnectionsOf("ann")).map(({ id }) => id)).toEqual(["A=", "B="]);
    expect(await asking("D=", "bob")).toEqual({ statusCode: 200 });
  });

  it("fault:M8 refuses a revoked token with 401, and leaves no connection behind", async () => {
    const { connect, liveConnectionsOf, logger, revocations } = handlers();
    const [userId, tokenId] = ["ann" as UserId, "token-1" as TokenId];
    await revocations.add({ kind: "token", userId, tokenId }, (CONNECTED_AT / 1000 + 3600) as EpochSeconds);
    expect(await connect(connectEvent(), lambdaContext())).toEqual({ statusCode: 401 });
    expect(logger.entries.at(-1)).toMatchObject({ level: "info", outcome: "revoked", userId: "ann" });
    expect(await liveConnectionsOf("ann")).toEqual([]);
    const authorizer = { ...AUTHORIZER_CONTEXT, tokenId: "token-2" };
    expect(await connect(connectEvent({}, { connectionId: "B=", authorizer }), lambdaContext())).toEqual({
      statusCode: 200,
    });
  });

  it("refuses, and stores no connection, without an authorizer in front", async () => {
    const { connect, logger } = handlers();
    expect(await connect(connectEvent({}, { authorizer: undefined }), lambdaContext())).toEqual({ statusCode: 500 });
    expect(logger.entries).toMatchObject([{ level: "error", outcome: "failed", errorCode: "MALFORMED_EVENT" }]);
  });

  it("fault:L1 refuses when the store cannot be reached", async () => {
    const logger = new RecordingLogger();
    const connect = connectHandler({
      open: () => Promise.reject(new DependencyUnavailableError("CONNECTION_STORE")),
      logger,
    });
    expect(await connect(connectEvent(), lambdaContext())).toEqual({ statusCode: 500 });
    expect(logger.entries).toMatchObject([{ level: "error", dependency: "CONNECTION_STORE" }]);
  });
});

describe("the log entry", () => {
  const CALLER = { userId: "ann", issuer: "portcullis", sourceIp: "203.0.113.7", tokenId: "token-1" };

  it("of connect names user, issuer, address, token id and the token's end", async () => {
    const { connect, logger } = handlers();
    await connect(connectEvent(), lambdaContext());
    const expiresAt = CONNECTED_AT / 1000 + 3600;
    expect(logger.entries).toMatchObject([{ function: "Connect", outcome: "stored", ...CALLER, expiresAt }]);
  });

  it("of connect names the address when there is no authorizer in front", async () => {
    const { connect, logger } = handlers();
    await connect(connectEvent({}, { authorizer: undefined }), lambdaContext());
    expect(logger.entries).toMatchObject([{ outcome: "failed", sourceIp: "203.0.113.7" }]);
  });

  it("of disconnect names the same, and how the socket closed", async () => {
    const { disconnect, logger } = handlers();
    await disconnect(disconnectEvent(), lambdaContext());
    expect(logger.entries).toMatchObject([
      {
        function: "Disconnect",
        outcome: "closed",
        ...CALLER,
        disconnectStatusCode: 1005,
        disconnectReason: "Client-side close frame status not set",
      },
    ]);
  });

  it("attack:O2 of disconnect is one bounded line, and no metric, whatever a client closes with", async () => {
    const written: string[] = [];
    const clock = new FixedClock(CONNECTED_AT);
    const destination = { write: (line: string) => void written.push(line) };
    const logger = new PinoLogger({ level: "INFO", service: "test", metricsNamespace: "test", clock, destination });
    const disconnect = disconnectHandler({ close: async () => undefined, logger });
    const disconnectReason = `line\nbreak\u202e\u001b[2J${"x".repeat(1000)}`;
    await disconnect(disconnectEvent({ disconnectReason }), lambdaContext());
    const [line = "", ...more] = written.join("").trimEnd().split("\n");
    expect(more).toEqual([]);
    for (const character of ["\u001b", "\u202e"]) expect(line).not.toContain(character);
    const { _aws: metrics, ...entry } = JSON.parse(line);
    expect(entry.disconnectReason).toBe(disconnectReason.slice(0, 256));
    expect(JSON.stringify(metrics)).not.toMatch(/disconnect|tokenId|sourceIp|userId|issuer/);
    expect(entry).not.toHaveProperty("reason");
  });

  it.each([
    ["texts that are none", { disconnectReason: 7, disconnectStatusCode: "1005" }],
    ["objects", { disconnectReason: {}, disconnectStatusCode: {}, identity: { sourceIp: {} } }],
  ])("of disconnect leaves out %s", async (_title, overrides) => {
    const { disconnect, logger } = handlers();
    await disconnect(disconnectEvent(overrides), lambdaContext());
    expect(logger.entries[0]).not.toHaveProperty("disconnectReason");
    expect(logger.entries[0]).not.toHaveProperty("disconnectStatusCode");
  });
});

describe("a client's message that reaches the gateway's own route", () => {
  it("opens no connection", async () => {
    const { connect, liveConnectionsOf, logger } = handlers();
    expect(await connect(messageEvent('{"action":"$connect"}'), lambdaContext())).toEqual({ statusCode: 500 });
    expect(logger.entries).toMatchObject([{ level: "error", outcome: "failed", errorCode: "MALFORMED_EVENT" }]);
    expect(await liveConnectionsOf("ann")).toEqual([]);
  });

  it("ends no connection", async () => {
    const { connect, disconnect, liveConnectionsOf, logger } = handlers();
    await connect(connectEvent(), lambdaContext());
    expect(await disconnect(messageEvent('{"action":"$disconnect"}'), lambdaContext())).toEqual({ statusCode: 500 });
    expect(logger.entries.at(-1)).toMatchObject({ outcome: "failed", errorCode: "MALFORMED_EVENT" });
    expect(await liveConnectionsOf("ann")).toHaveLength(1);
  });
});

describe("connect and disconnect", () => {
  const { connect, disconnect } = { connect: "connect", disconnect: "disconnect" } as const;
  it.each([
    [[connect, disconnect]],
    [[disconnect, connect]],
    [[connect, connect, disconnect, disconnect]],
    [[connect, disconnect, connect]],
    [[disconnect, connect, connect, disconnect, connect]],
  ])("fault:M1 fault:M2 leave nothing behind in the order %s", async (order) => {
    const { liveConnectionsOf, ...run } = handlers();
    for (const step of order) await run[step](step === connect ? connectEvent() : disconnectEvent(), lambdaContext());
    expect(await liveConnectionsOf("ann")).toEqual([]);
  });
});
