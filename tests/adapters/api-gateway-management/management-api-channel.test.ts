import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseConnectionsEndpoint } from "../../../src/adapters/api-gateway-management/connections-endpoint.ts";
import { ManagementApi } from "../../../src/adapters/api-gateway-management/management-api.ts";
import { ManagementApiChannel } from "../../../src/adapters/api-gateway-management/management-api-channel.ts";
import { ManagementApiEnder } from "../../../src/adapters/api-gateway-management/management-api-ender.ts";
import { encodePush } from "../../../src/adapters/api-gateway-management/push-frame.ts";
import type { PostOutcome } from "../../../src/domain/notification/post-outcome.ts";
import { Secret } from "../../../src/domain/secret.ts";
import { describeConnectionChannel } from "../../contracts/connection-channel.contract.ts";
import { describeConnectionEnder } from "../../contracts/connection-ender.contract.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { type Answer, ManagementApiStandIn, withStatus } from "../../support/management-api-stand-in.ts";
import { connectionId, NOON, userPush } from "../../support/notifications.ts";
import { senderOf } from "../../support/prepared-push.ts";

const C1 = connectionId("L0SM9cOFvHcCIhw=");
const CREDENTIALS = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: new Secret("planted-secret-access-key"),
  sessionToken: new Secret("planted-session-token"),
};

let standIn: ManagementApiStandIn;
beforeEach(async () => {
  standIn = await new ManagementApiStandIn().start();
});
afterEach(() => standIn.stop());

type Options = { socketsKept?: number; timeoutMillis?: number };

function apiAt(origin: string, options: Options = {}) {
  const endpoint = parseConnectionsEndpoint(`${origin}/dev`);
  if (endpoint === undefined) throw new Error("not an endpoint");
  return new ManagementApi({
    endpoint,
    credentials: CREDENTIALS,
    region: "eu-west-1",
    clock: new FixedClock(NOON),
    socketsKept: 8,
    ...options,
  });
}

function channelTo(origin: string, options?: Options) {
  return new ManagementApiChannel(apiAt(origin, options));
}

function enderAt(origin: string, options?: Options) {
  return new ManagementApiEnder(apiAt(origin, options));
}

const ANSWERS: Readonly<Record<PostOutcome, Answer>> = {
  delivered: withStatus(200),
  gone: withStatus(410),
  throttled: withStatus(429, '{"message":"Too Many Requests"}'),
  failed: withStatus(500, '{"message":"Internal server error"}'),
  unanswered: () => undefined,
  refused: withStatus(403, '{"message":"Forbidden"}'),
  "too-large": withStatus(413, '{"message":"Request Too Long"}'),
};

describe("ManagementApiChannel", () => {
  describeConnectionChannel(() => ({
    channel: channelTo(standIn.origin, { timeoutMillis: 1000 }),
    answerWith: (outcome) => {
      standIn.answer = ANSWERS[outcome];
    },
    breakDown: (outage) => {
      standIn.answer = (response) => void (outage === "fails" && response.destroy());
    },
    arrived: () =>
      standIn.received.map(({ url, body }) => ({
        connectionId: decodeURIComponent(url.slice(url.lastIndexOf("/") + 1)),
        text: body.toString(),
      })),
  }));

  it("sends what the SDK sends", async () => {
    const sdk = new ApiGatewayManagementApiClient({
      endpoint: `${standIn.origin}/dev`,
      region: "eu-west-1",
      credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "x" },
    });
    await sdk.send(new PostToConnectionCommand({ ConnectionId: C1, Data: encodePush(userPush()) }));
    await senderOf(channelTo(standIn.origin))(C1);
    const sent = standIn.received.map(({ url, method, headers, body }) => ({
      url,
      method,
      body: body.toString(),
      host: headers.host,
      type: headers["content-type"],
    }));
    expect(sent[1]).toEqual(sent[0]);
  });

  it("signs with the given credentials and time", async () => {
    await senderOf(channelTo(standIn.origin))(C1);
    expect(standIn.received[0]?.headers).toMatchObject({
      "x-amz-date": "20261122T120000Z",
      "x-amz-security-token": "planted-session-token",
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20261122\/eu-west-1\/execute-api\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
      ),
    });
  });

  it("keeps sockets for the next posts, up to its limit", async () => {
    const post = senderOf(channelTo(standIn.origin, { socketsKept: 3 }));
    await Promise.all(Array.from({ length: 5 }, () => post(C1)));
    await Promise.all(Array.from({ length: 5 }, () => post(C1)));
    expect([standIn.received.length, standIn.socketsOpened]).toEqual([10, 5 + 2]);
  });
});

describe("ManagementApiEnder", () => {
  describeConnectionEnder(() => ({
    ender: enderAt(standIn.origin, { timeoutMillis: 1000 }),
    answerWith: (outcome) => {
      standIn.answer = ANSWERS[outcome];
    },
    breakDown: (outage) => {
      standIn.answer = (response) => void (outage === "fails" && response.destroy());
    },
    arrived: () =>
      standIn.received.map(({ url, method, body }) => ({
        connectionId: decodeURIComponent(url.slice(url.lastIndexOf("/") + 1)),
        ...(method === "POST" && { frame: body.toString() }),
      })),
  }));

  it("closes as the SDK does", async () => {
    standIn.answer = withStatus(204);
    const sdk = new ApiGatewayManagementApiClient({
      endpoint: `${standIn.origin}/dev`,
      region: "eu-west-1",
      credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "x" },
    });
    await sdk.send(new DeleteConnectionCommand({ ConnectionId: C1 }));
    expect(await enderAt(standIn.origin).disconnect(C1)).toBe("delivered");
    const sent = standIn.received.map(({ url, method, headers, body }) => ({
      url,
      method,
      body: body.toString(),
      host: headers.host,
      type: headers["content-type"],
      length: headers["content-length"],
    }));
    expect(sent[1]).toEqual(sent[0]);
    expect(sent[1]?.method).toBe("DELETE");
  });

  it("sends frames and DELETEs over the same kept socket", async () => {
    const ender = enderAt(standIn.origin);
    const tell = ender.prepareLastFrame({ code: "TOKEN_EXPIRED", reconnect: true, retryWithin: 0 });
    for (let one = 0; one < 3; one += 1) {
      await tell(C1);
      await ender.disconnect(C1);
    }
    expect([standIn.received.length, standIn.socketsOpened]).toEqual([6, 1]);
  });
});

describe("priming", () => {
  it("opens the connection of the first post with an unsigned GET /ping", async () => {
    const api = apiAt(standIn.origin);
    await api.prime();

    expect(await senderOf(new ManagementApiChannel(api))(C1)).toBe("delivered");

    expect(standIn.received.map(({ method, url }) => `${method} ${url.slice(0, 17)}`)).toEqual([
      "GET /ping",
      "POST /dev/@connections",
    ]);
    expect(Object.keys(standIn.received[0]?.headers ?? {}).toSorted()).toEqual(["connection", "host"]);
    expect(standIn.socketsOpened).toBe(1);
  });

  it.each([403, 404, 410, 500])("takes %i for a response", async (status) => {
    standIn.answer = withStatus(status);

    await expect(apiAt(standIn.origin).prime()).resolves.toBeUndefined();
  });

  it("fault:J8 rejects if no response comes, and the first post opens a connection of its own", async () => {
    const api = apiAt(standIn.origin, { timeoutMillis: 60 });
    standIn.answer = () => undefined;
    await expect(api.prime()).rejects.toThrow();
    standIn.answer = withStatus(200);

    expect(await senderOf(new ManagementApiChannel(api))(C1)).toBe("delivered");
    expect(standIn.socketsOpened).toBe(2);
  });
});

describe("a response of the management API", () => {
  it.each<[string, Answer, PostOutcome]>([
    ["fault:J1 410 whose body is not JSON", withStatus(410, "<html>"), "gone"],
    ["fault:J5 400 for an id it cannot decode", withStatus(400, '{"message":"Invalid connectionId: x"}'), "gone"],
    ["fault:J5 400 for anything else", withStatus(400, '{"message":"Bad Request"}'), "refused"],
    ["401", withStatus(401), "refused"],
    ["404, the wrong stage", withStatus(404), "refused"],
    ["302, which is not followed", withStatus(302), "refused"],
    ["fault:J8 408", withStatus(408), "failed"],
    ["fault:J8 502", withStatus(502), "failed"],
    ["fault:J8 503 with rubbish", withStatus(503, "\u0000\u0001"), "failed"],
    ["fault:J8 504", withStatus(504), "failed"],
    ["fault:J8 not at all, since the socket is reset", (response) => response.destroy(), "failed"],
    ["fault:J8 cut off in its body", (response) => cutOff(response), "failed"],
    ["fault:J8 longer than any of the gateway's", withStatus(200, "x".repeat(100_000)), "failed"],
  ])("%s", async (_row, answer, outcome) => {
    standIn.answer = answer;
    const told = await senderOf(channelTo(standIn.origin))(C1);
    expect(told).toBe(outcome);
  });

  it.each<[string, Answer]>([
    ["fault:J8 never", () => undefined],
    ["fault:J8 only its head", (response) => response.writeHead(200, { "Content-Length": "5" }).flushHeaders()],
    ["fault:J8 a byte at a time", (response) => trickle(response)],
  ])("that comes %s: the post is unanswered after the time limit of the whole exchange", async (_row, answer) => {
    standIn.answer = answer;
    const told = await senderOf(channelTo(standIn.origin, { timeoutMillis: 60 }))(C1);
    expect(told).toBe("unanswered");
  });

  it.each([
    ["fault:J8 no listener", "http://127.0.0.1:1"],
    ["fault:J8 a name that does not resolve", "https://does-not-exist.invalid"],
  ])("that cannot come, with %s", async (_row, origin) => {
    expect(await senderOf(channelTo(origin))(C1)).toBe("failed");
  });
});

function cutOff(response: Parameters<Answer>[0]): void {
  response.writeHead(200, { "Content-Length": "10" }).write("12345", () => response.destroy());
}

function trickle(response: Parameters<Answer>[0]): void {
  const dripping = setInterval(() => response.write("x"), 20);
  response.on("close", () => clearInterval(dripping));
}
