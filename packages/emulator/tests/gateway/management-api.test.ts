import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { connectionId } from "../../src/gateway/ids.ts";
import { deferred } from "../support/deferred.ts";
import { ManualScheduler } from "../support/manual-scheduler.ts";
import { type Handler, ok, startTestRuntime, type TestRuntime } from "../support/test-runtime.ts";
import { connect } from "../support/web-socket-client.ts";

const SIGNED = `AWS4-HMAC-SHA256 Credential=local/20261122/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=${"0".repeat(64)}`;

type Answer = { readonly status: number | undefined; readonly headers: Record<string, unknown>; readonly body: string };

/** A call written to the socket by hand, since fetch normalizes the path. */
function call(
  { port }: TestRuntime,
  method: string,
  path: string,
  body: string | Buffer = "",
  authorization = SIGNED,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = authorization === "" ? {} : { Authorization: authorization };
    const sent = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on("error", reject).end(body);
  });
}

/** An id in the gateway's form, as of an earlier connection. */
const ID = connectionId();

const pathOf = (id: string, stage = "dev") => `/${stage}/@connections/${encodeURIComponent(id)}`;

/** A connection, and its id from the `$connect` event. */
async function connected(scheduler?: ManualScheduler) {
  const told = deferred<unknown>();
  const Disconnect: Handler = ({ requestContext }) =>
    told.resolve([requestContext.disconnectStatusCode, requestContext.disconnectReason]);
  const runtime = await startTestRuntime({ handlers: { Connect: ok, Disconnect }, ...(scheduler && { scheduler }) });
  const client = await connect(runtime.url, [], { headers: { "User-Agent": "wscat" } });
  return {
    runtime,
    client,
    id: String(runtime.events["Connect"]?.[0].requestContext.connectionId),
    told: told.promise,
  };
}

describe("POST", () => {
  it.each(["@", "%40"])("gw:management-1 gw:management-2 sends the bytes, to %sconnections too", async (at) => {
    const { runtime, client, id } = await connected();
    await using _ = runtime;
    const answer = await call(runtime, "POST", pathOf(id).replace("@", at), "hällo");
    expect([answer.status, answer.body]).toEqual([200, ""]);
    expect(await client.text()).toBe("hällo");
  });

  it("gw:route-33 sends any bytes as a text frame", async () => {
    const { runtime, client, id } = await connected();
    await using _ = runtime;
    await call(runtime, "POST", pathOf(id), Buffer.from([0x66, 0xff]));
    expect(await client.frame()).toEqual({ text: "f\uFFFD", isBinary: false });
  });

  it("gw:order-2 sends consecutive posts in order", async () => {
    const { runtime, client, id } = await connected();
    await using _ = runtime;
    for (const body of ["1", "2", "3"]) await call(runtime, "POST", pathOf(id), body);
    expect([await client.text(), await client.text(), await client.text()]).toEqual(["1", "2", "3"]);
  });

  it("gw:management-7 sends 128 KB, and refuses one byte more", async () => {
    const { runtime, client, id } = await connected();
    await using _ = runtime;
    expect((await call(runtime, "POST", pathOf(id), "x".repeat(131_072))).status).toBe(200);
    expect((await client.text()).length).toBe(131_072);
    const refused = await call(runtime, "POST", pathOf(id), "x".repeat(131_073));
    expect([refused.status, refused.body]).toEqual([413, ""]);
    expect(refused.headers).not.toHaveProperty("x-amzn-errortype");
    expect(client.unread).toBe(0);
  });

  it("gw:management-8 attack:G12 to a client that does not read is 429 before too much waits, and the connection stays", async () => {
    const { runtime, client, id } = await connected();
    await using _ = runtime;
    client.ws.pause();
    let answer: Answer | undefined;
    let accepted = -1;
    while (answer?.status !== 429 && accepted < 200) {
      answer = await call(runtime, "POST", pathOf(id), "x".repeat(131_072));
      accepted += 1;
    }
    expect([answer?.status, answer?.headers["x-amzn-errortype"]]).toEqual([429, "LimitExceededException"]);
    client.ws.resume();
    for (let message = 0; message < accepted; message += 1) await client.text();
    expect((await call(runtime, "POST", pathOf(id), "again")).status).toBe(200);
    expect(await client.text()).toBe("again");
  });

  it("gw:management-16 gw:limit-6 postpones the idle timeout", async () => {
    const scheduler = new ManualScheduler();
    const { runtime, client, id } = await connected(scheduler);
    await using _ = runtime;
    scheduler.advance(9 * 60_000);
    await call(runtime, "POST", pathOf(id), "wake up");
    scheduler.advance(9 * 60_000);
    expect(client.ws.readyState).toBe(client.ws.OPEN);
    scheduler.advance(60_000);
    expect((await client.closed()).code).toBe(1001);
  });

  it("gw:management-11 is 410 while $connect has not returned", async () => {
    const answer = deferred<Answer>();
    const Connect: Handler = async ({ requestContext }) => {
      answer.resolve(await call(await starting, "POST", pathOf(requestContext.connectionId), "too early"));
      return { statusCode: 200 };
    };
    const starting = startTestRuntime({ handlers: { Connect } });
    await using runtime = await starting;
    const client = await connect(runtime.url);
    expect((await answer.promise).status).toBe(410);
    expect(client.unread).toBe(0);
  });

  it("gw:management-17 in a message's handler arrives before the handler returns", async () => {
    const Fn: Handler = async ({ requestContext }) => {
      await call(await starting, "POST", pathOf(requestContext.connectionId), "first");
      return { statusCode: 200, body: "second" };
    };
    const starting = startTestRuntime({ handlers: { Fn }, routes: { $default: "!Fn" } });
    await using runtime = await starting;
    const client = await connect(runtime.url);
    client.send("go");
    expect([await client.text(), await client.text()]).toEqual(["first", "second"]);
  });
});

it("gw:management-15 a connection is reached through every stage of its API, whichever it was opened on", async () => {
  await using runtime = await startTestRuntime({ handlers: { Connect: ok } });
  const client = await connect(runtime.url.replace(/dev$/, "other"));
  const { stage, connectionId } = runtime.events["Connect"]?.[0].requestContext ?? {};
  expect(stage).toBe("other");
  for (const through of ["other", "dev"]) {
    expect((await call(runtime, "POST", pathOf(connectionId, through), through)).status).toBe(200);
    expect(await client.text()).toBe(through);
  }
  expect((await call(runtime, "DELETE", pathOf(connectionId, "dev"))).status).toBe(204);
  expect((await client.closed()).code).toBe(1000);
});

it("gw:management-3 GET returns the time of opening, the client, and the time of the last message", async () => {
  const scheduler = new ManualScheduler(Date.UTC(2026, 10, 22, 12));
  const { runtime, id } = await connected(scheduler);
  await using _ = runtime;
  scheduler.advance(60_000);
  await call(runtime, "POST", pathOf(id), "hello");
  const { status, body } = await call(runtime, "GET", pathOf(id));
  expect([status, JSON.parse(body)]).toEqual([
    200,
    {
      connectedAt: "2026-11-22T12:00:00.000Z",
      identity: { userAgent: "wscat", sourceIp: "127.0.0.1" },
      lastActiveAt: "2026-11-22T12:01:00.000Z",
    },
  ]);
});

it("gw:management-4 gw:close-4 DELETE closes with 1000, and $disconnect is told", async () => {
  const { runtime, client, id, told } = await connected();
  await using _ = runtime;
  const answer = await call(runtime, "DELETE", pathOf(id));
  expect([answer.status, answer.body]).toEqual([204, ""]);
  expect(await client.closed()).toEqual({ code: 1000, reason: "Connection Closed Normally" });
  expect(await told).toEqual([1000, "Connection Closed Normally"]);
  expect((await call(runtime, "DELETE", pathOf(id))).status).toBe(410);
});

it("gw:order-2 gw:management-4 DELETE right after a post closes the connection after the frame", async () => {
  const { runtime, client, id, told } = await connected();
  await using _ = runtime;
  const order: string[] = [];
  client.ws.on("message", () => order.push("frame"));
  client.ws.on("close", () => order.push("close"));
  const large = "x".repeat(131_072);
  expect((await call(runtime, "POST", pathOf(id), large)).status).toBe(200);
  expect((await call(runtime, "DELETE", pathOf(id))).status).toBe(204);
  expect((await call(runtime, "POST", pathOf(id), "too late")).status).toBe(410);
  expect(await client.closed()).toEqual({ code: 1000, reason: "Connection Closed Normally" });

  expect([order, await client.text()]).toEqual([["frame", "close"], large]);
  expect(await told).toEqual([1000, "Connection Closed Normally"]);
  expect(runtime.events["Disconnect"]).toHaveLength(1);
});

describe("refusals", () => {
  it.each(["POST", "GET", "DELETE"])(
    "gw:management-5 %s to a connection that has closed: 410, to one that never was: 400",
    async (method) => {
      const { runtime, client, id, told } = await connected();
      await using _ = runtime;
      client.ws.close();
      await told;
      const gone = await call(runtime, method, pathOf(id));
      expect([gone.status, gone.headers["x-amzn-errortype"], gone.body]).toEqual([410, "GoneException", ""]);
      // As in the recorded call to the real service: an id with another first character.
      const never = (id.startsWith("A") ? "B" : "A") + id.slice(1);
      const refused = await call(runtime, method, pathOf(never));
      expect([refused.status, refused.headers["x-amzn-errortype"]]).toEqual([400, "BadRequestException"]);
      expect(refused.body).toBe(`{"message":"Invalid connectionId: ${never}"}`);
    },
  );

  const rows: readonly (readonly [title: string, path: string, authorization: string, status: number, type: string])[] =
    [
      ["gw:management-6 a malformed id", pathOf("abc"), SIGNED, 400, "BadRequestException"],
      ["gw:management-6 bad escapes", "/dev/@connections/%zz", SIGNED, 400, "BadRequestException"],
      ["gw:management-6 an id of another length", pathOf("AAAAAAAAAAAAAAA="), SIGNED, 400, "BadRequestException"],
      [
        "gw:management-5 an id that never existed, unsigned",
        pathOf("AAAAAAAAAAAAAAA="),
        "",
        400,
        "BadRequestException",
      ],
      ["gw:management-9 attack:P6 no signature", pathOf(ID), "", 403, "MissingAuthenticationTokenException"],
      ["gw:management-9 a bearer token", pathOf(ID), "Bearer abc", 403, "MissingAuthenticationTokenException"],
      [
        "gw:management-13 a signature for another service",
        pathOf(ID),
        SIGNED.replace("execute-api", "lambda"),
        403,
        "MissingAuthenticationTokenException",
      ],
      ["gw:management-10 no stage", `/@connections/${ID}`, SIGNED, 403, "ForbiddenException"],
      ["gw:management-10 an unknown stage", pathOf(ID, "prod"), SIGNED, 403, "ForbiddenException"],
    ];

  it.each(rows)("%s", async (_title, path, authorization, status, type) => {
    const { runtime } = await connected();
    await using _ = runtime;
    const answer = await call(runtime, "POST", path, "x", authorization);
    expect([answer.status, answer.headers["x-amzn-errortype"]]).toEqual([status, type]);
  });

  it("another method: 403", async () => {
    const { runtime, id } = await connected();
    await using _ = runtime;
    expect((await call(runtime, "PUT", pathOf(id))).status).toBe(403);
  });

  it("gw:limit-12 gw:management-8 beyond the account's rate: 429", async () => {
    await using runtime = await startTestRuntime({ handlers: {}, quotas: { requests: { perSecond: 0, burst: 0 } } });
    expect((await call(runtime, "POST", pathOf(ID))).status).toBe(429);
  });
});
