import { describe, expect, it } from "vitest";
import {
  parseAuthorizerEvent,
  parseConnectEvent,
  parseDisconnectEvent,
  parseMessageEvent,
  parseSender,
} from "../../../src/adapters/api-gateway/websocket-events.ts";
import { issuerId } from "../../../src/adapters/issuer-id.ts";
import {
  AUTHORIZER_CONTEXT,
  authorizerEvent,
  CONNECTED_AT,
  connectEvent,
  disconnectEvent,
  METHOD_ARN,
  messageEvent,
} from "../../support/gateway-events.ts";

const MALFORMED = expect.objectContaining({ code: "MALFORMED_EVENT" });

describe("parseAuthorizerEvent", () => {
  it("reads every place a token may be in", () => {
    const event = authorizerEvent({
      headers: {
        "Sec-WebSocket-Protocol": "websocket, a.b.c",
        Authorization: "Bearer j.k.l",
        Origin: "https://app.example.com",
      },
      query: { access_token: ["d.e.f", "g.h.i"] },
    });
    expect(parseAuthorizerEvent(event)).toEqual({
      methodArn: METHOD_ARN,
      attempt: {
        credentials: {
          query: ["d.e.f", "g.h.i"],
          subprotocols: ["websocket, a.b.c"],
          authorization: ["Bearer j.k.l"],
        },
        origins: ["https://app.example.com"],
      },
    });
  });

  it("attack:F7 finds a header in any case of its name, and joins repeated ones into one list", () => {
    const event = authorizerEvent({
      headers: { "sec-websocket-protocol": "websocket", "SEC-WEBSOCKET-PROTOCOL": "a.b.c" },
    });
    expect(parseAuthorizerEvent(event).attempt.credentials.subprotocols).toEqual(["websocket", "a.b.c"]);
  });

  it("attack:F4 finds the query parameter by its exact name only", () => {
    const query = { "access_token[]": "a.b.c", Access_Token: "a.b.c", token: "a.b.c", auth_token: "a.b.c" };
    expect(parseAuthorizerEvent(authorizerEvent({ query })).attempt.credentials.query).toEqual([]);
  });

  it("falls back to the single-value maps", () => {
    const event = { ...authorizerEvent({ query: { access_token: "a.b.c" } }), multiValueQueryStringParameters: null };
    expect(parseAuthorizerEvent(event).attempt.credentials.query).toEqual(["a.b.c"]);
  });

  it.each([
    ["no headers", { headers: null, multiValueHeaders: null }],
    ["no query", { queryStringParameters: null, multiValueQueryStringParameters: null }],
    [
      "values that are not strings",
      { headers: { "Sec-WebSocket-Protocol": 7 }, multiValueHeaders: { Origin: [7, null] } },
    ],
  ])("attack:F19 finds no token in an event with %s", (_title, fields) => {
    const { credentials, origins } = parseAuthorizerEvent({ ...authorizerEvent(), ...fields }).attempt;
    expect({ ...credentials, origins }).toEqual({ query: [], subprotocols: [], authorization: [], origins: [] });
  });

  it.each([
    ["null", null],
    ["a string", "REQUEST"],
    ["an array", [authorizerEvent()]],
    ["a TOKEN authorizer's", { type: "TOKEN", methodArn: METHOD_ARN, authorizationToken: "a.b.c" }],
    [
      "an HTTP API's",
      { ...authorizerEvent(), version: "2.0", type: "REQUEST", methodArn: undefined, routeArn: METHOD_ARN },
    ],
    ["one without its ARN", { ...authorizerEvent(), methodArn: undefined }],
    ["one for another route", { ...authorizerEvent(), methodArn: METHOD_ARN.replace("$connect", "$default") }],
    ["one whose ARN is a pattern", { ...authorizerEvent(), methodArn: METHOD_ARN.replace("/dev/", "/*/") }],
    ["one whose ARN is an object", { ...authorizerEvent(), methodArn: { toString: (): string => METHOD_ARN } }],
  ])("attack:F19 refuses an event that is %s", (_title, event) => {
    expect(() => parseAuthorizerEvent(event)).toThrow(MALFORMED);
  });
});

describe("parseConnectEvent", () => {
  it("takes everything from the gateway and the authorizer", () => {
    expect(parseConnectEvent(connectEvent({ headers: { "Sec-WebSocket-Protocol": "websocket, a.b.c" } }))).toEqual({
      opening: {
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
        grants: [],
      },
      subprotocols: ["websocket, a.b.c"],
    });
  });

  it("attack:F18 attack:E12 takes nothing that a client can set", () => {
    const headers = { "X-User-Id": "eve", "X-Forwarded-For": "198.51.100.1", connectionId: "AAAAAAAAAAAAAAA=" };
    const { opening } = parseConnectEvent({ ...connectEvent({ headers }), body: '{"userId":"eve"}' });
    expect(opening).toMatchObject({ id: "gbgHYy9RVQAYKEj2kA==", identity: { userId: "ann" }, sourceIp: "203.0.113.7" });
  });

  it("leaves out a user agent with characters that cannot be shown", () => {
    const identity = { sourceIp: "203.0.113.7", userAgent: "a\u001b[2Jb" };
    expect(parseConnectEvent(connectEvent({}, { identity })).opening).not.toHaveProperty("userAgent");
  });

  it.each([
    ["no authorizer in front of the route", { authorizer: undefined }],
    ["a context without a user", { authorizer: { ...AUTHORIZER_CONTEXT, userId: "" } }],
    ["a user that is only inherited", { authorizer: Object.create(AUTHORIZER_CONTEXT) }],
    ["a context without the token's end", { authorizer: { ...AUTHORIZER_CONTEXT, tokenExpiresAt: undefined } }],
    ["a context without the token's issuer", { authorizer: { ...AUTHORIZER_CONTEXT, issuer: undefined } }],
    ["an end that is not a number", { authorizer: { ...AUTHORIZER_CONTEXT, tokenExpiresAt: "Infinity" } }],
    ["no source address", { identity: {} }],
    ["no time of connection", { connectedAt: "now" }],
  ])("refuses %s", (_title, overrides) => {
    expect(() => parseConnectEvent(connectEvent({}, overrides))).toThrow(MALFORMED);
  });

  it.each([
    ["missing", undefined],
    ["a number", 7],
    ["with a separator of ours", "ENTITY#1"],
    ["long", "A".repeat(200)],
  ])("refuses a connection id that is %s", (_title, connectionId) => {
    const expected = expect.objectContaining({ code: "MALFORMED_CONNECTION_ID" });
    expect(() => parseConnectEvent(connectEvent({}, { connectionId }))).toThrow(expected);
    expect(() => parseDisconnectEvent(disconnectEvent({ connectionId }))).toThrow(expected);
  });
});

describe("parseSender", () => {
  const from = (context: object) => messageEvent("{}", { authorizer: { ...AUTHORIZER_CONTEXT, ...context } });

  it("reads the sender of a message, and not the grants that the token of the handshake had", () => {
    const sender = { connectionId: "gbgHYy9RVQAYKEj2kA==", userId: "ann" };
    expect(parseSender(from({}))).toEqual(sender);
    expect(parseSender(from({ grants: '["subscribe:order-17"]' }))).toEqual(sender);
  });
});

describe("parseMessageEvent", () => {
  it("reads a frame that is a JSON object", () => {
    expect(parseMessageEvent(messageEvent('{"action":"subscribe","entityId":"order-17","id":"7"}'))).toEqual({
      frame: { action: "subscribe", entityId: "order-17", id: "7" },
      reference: { requestId: "PJqCOG4zqRcFcPw=", id: "7" },
    });
  });

  it.each(["", "hello", "undefined", "7", '"text"', "null", "[]", "{", "\ufeff{}"])(
    "attack:G1 finds no object in %j",
    (body) => {
      expect(parseMessageEvent(messageEvent(body)).frame).toBeUndefined();
    },
  );

  it.each([33, 200_000])("attack:G4 survives %d levels", (depth) => {
    const deep = `{"action":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    expect(parseMessageEvent(messageEvent(deep)).frame).toBeUndefined();
  });
});

describe("each route's event", () => {
  /** Each event has all fields of the others, so only the type differs. */
  const everything = { ...connectEvent(), ...disconnectEvent(), ...messageEvent('{"action":"$disconnect"}') };
  const of = (eventType: unknown) => ({
    ...everything,
    requestContext: { ...connectEvent({}, { ...AUTHORIZER_CONTEXT }).requestContext, eventType },
  });

  it.each([
    ["parseConnectEvent", parseConnectEvent, "CONNECT"],
    ["parseDisconnectEvent", parseDisconnectEvent, "DISCONNECT"],
    ["parseMessageEvent", parseMessageEvent, "MESSAGE"],
    ["parseSender", parseSender, "MESSAGE"],
  ])("%s refuses every other type", (_name, parse, own) => {
    expect(() => parse(of(own))).not.toThrow();
    for (const other of ["CONNECT", "DISCONNECT", "MESSAGE", own.toLowerCase(), "", undefined, [own]]) {
      if (other !== own) expect(() => parse(of(other))).toThrow(MALFORMED);
    }
  });
});
