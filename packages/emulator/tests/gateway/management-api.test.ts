import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { connectionId } from "../../src/gateway/ids.ts";
import { type ClockOptions, connectTo, startEmulator, type TestEmulator } from "../../src/testing.ts";
import { deferred } from "../support/deferred.ts";
import { type Handler, ok } from "../support/handlers.ts";
import { STOPPED } from "../support/stopped-clock.ts";

const SIGNED = `AWS4-HMAC-SHA256 Credential=local/20261122/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=${"0".repeat(64)}`;

type Answer = { readonly status: number | undefined; readonly headers: Record<string, unknown>; readonly body: string };

/** A call written to the socket by hand, since fetch normalizes the path. */
function call(
  { port }: TestEmulator,
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
async function connected(clock?: ClockOptions) {
  const told = deferred<unknown>();
  const Disconnect: Handler = ({ requestContext }) =>
    told.resolve([requestContext.disconnectStatusCode, requestContext.disconnectReason]);
  const emulator = await startEmulator({
    functions: { Connect: ok, Disconnect },
    routes: { $connect: "Connect", $disconnect: "Disconnect" },
    ...(clock && { clock }),
  });
  const client = await emulator.connect({ headers: { "User-Agent": "wscat" } });
  return {
    emulator,
    client,
    id: String(emulator.recording.eventsOf("Connect")[0].requestContext.connectionId),
    told: told.promise,
  };
}

describe("POST", () => {
  it.each(["@", "%40"])("gw:management-1 gw:management-2 sends the bytes, to %sconnections too", async (at) => {
    const { emulator, client, id } = await connected();
    await using _ = emulator;
    const answer = await call(emulator, "POST", pathOf(id).replace("@", at), "hällo");
    expect([answer.status, answer.body]).toEqual([200, ""]);
    expect(await client.text()).toBe("hällo");
  });

  it("gw:route-33 sends any bytes as a text frame", async () => {
    const { emulator, client, id } = await connected();
    await using _ = emulator;
    await call(emulator, "POST", pathOf(id), Buffer.from([0x66, 0xff]));
    expect(await client.frame()).toEqual({ text: "f\uFFFD", isBinary: false });
  });

  it("gw:order-2 sends consecutive posts in order", async () => {
    const { emulator, client, id } = await connected();
    await using _ = emulator;
    for (const body of ["1", "2", "3"]) await call(emulator, "POST", pathOf(id), body);
    expect([await client.text(), await client.text(), await client.text()]).toEqual(["1", "2", "3"]);
  });

  it("gw:management-7 sends 128 KB, and refuses one byte more", async () => {
    const { emulator, client, id } = await connected();
    await using _ = emulator;
    expect((await call(emulator, "POST", pathOf(id), "x".repeat(131_072))).status).toBe(200);
    expect((await client.text()).length).toBe(131_072);
    const refused = await call(emulator, "POST", pathOf(id), "x".repeat(131_073));
    expect([refused.status, refused.body]).toEqual([413, ""]);
    expect(refused.headers).not.toHaveProperty("x-amzn-errortype");
    expect(client.unread).toBe(0);
  });

  it("gw:management-8 attack:G12 to a client that does not read is 429 before too much waits, and the connection stays", async () => {
    const { emulator, client, id } = await connected();
    await using _ = emulator;
    client.ws.pause();
    let answer: Answer | undefined;
    let accepted = -1;
    while (answer?.status !== 429 && accepted < 200) {
      answer = await call(emulator, "POST", pathOf(id), "x".repeat(131_072));
      accepted += 1;
    }
    expect([answer?.status, answer?.headers["x-amzn-errortype"]]).toEqual([429, "LimitExceededException"]);
    client.ws.resume();
    for (let message = 0; message < accepted; message += 1) await client.text();
    expect((await call(emulator, "POST", pathOf(id), "again")).status).toBe(200);
    expect(await client.text()).toBe("again");
  });

  it("gw:management-16 gw:limit-6 postpones the idle timeout", async () => {
    const { emulator, client, id } = await connected(STOPPED);
    await using _ = emulator;
    await emulator.clock.advance(9 * 60_000);
    await call(emulator, "POST", pathOf(id), "wake up");
    await emulator.clock.advance(9 * 60_000);
    expect(client.ws.readyState).toBe(client.ws.OPEN);
    await emulator.clock.advance(60_000);
    expect((await client.closed()).code).toBe(1001);
  });

  it("gw:management-11 is 410 while $connect has not returned", async () => {
    const answer = deferred<Answer>();
    const Connect: Handler = async ({ requestContext }) => {
      answer.resolve(await call(await starting, "POST", pathOf(requestContext.connectionId), "too early"));
      return { statusCode: 200 };
    };
    const starting = startEmulator({ functions: { Connect }, routes: { $connect: "Connect" } });
    await using emulator = await starting;
    const client = await emulator.connect();
    expect((await answer.promise).status).toBe(410);
    expect(client.unread).toBe(0);
  });

  it("gw:management-17 in a message's handler arrives before the handler returns", async () => {
    const Fn: Handler = async ({ requestContext }) => {
      await call(await starting, "POST", pathOf(requestContext.connectionId), "first");
      return { statusCode: 200, body: "second" };
    };
    const starting = startEmulator({
      functions: { Fn },
      routes: { $default: { function: "Fn", routeResponse: true } },
    });
    await using emulator = await starting;
    const client = await emulator.connect();
    client.send("go");
    expect([await client.text(), await client.text()]).toEqual(["first", "second"]);
  });
});

it("gw:management-15 a connection is reached through every stage of its API, whichever it was opened on", async () => {
  await using emulator = await startEmulator({
    functions: { Connect: ok },
    routes: { $connect: "Connect" },
    stages: [{ name: "dev" }, { name: "other" }],
  });
  const client = await connectTo(emulator.url.replace(/dev$/, "other"));
  const { stage, connectionId } = emulator.recording.eventsOf("Connect")[0].requestContext;
  expect(stage).toBe("other");
  for (const through of ["other", "dev"]) {
    expect((await call(emulator, "POST", pathOf(connectionId, through), through)).status).toBe(200);
    expect(await client.text()).toBe(through);
  }
  expect((await call(emulator, "DELETE", pathOf(connectionId, "dev"))).status).toBe(204);
  expect((await client.closed()).code).toBe(1000);
});

it("gw:management-3 GET returns the time of opening, the client, and the time of the last message", async () => {
  const { emulator, id } = await connected(STOPPED);
  await using _ = emulator;
  await emulator.clock.advance(60_000);
  await call(emulator, "POST", pathOf(id), "hello");
  const { status, body } = await call(emulator, "GET", pathOf(id));
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
  const { emulator, client, id, told } = await connected();
  await using _ = emulator;
  const answer = await call(emulator, "DELETE", pathOf(id));
  expect([answer.status, answer.body]).toEqual([204, ""]);
  expect(await client.closed()).toEqual({ code: 1000, reason: "Connection Closed Normally" });
  expect(await told).toEqual([1000, "Connection Closed Normally"]);
  expect((await call(emulator, "DELETE", pathOf(id))).status).toBe(410);
});

it("gw:order-2 gw:management-4 DELETE right after a post closes the connection after the frame", async () => {
  const { emulator, client, id, told } = await connected();
  await using _ = emulator;
  const order: string[] = [];
  client.ws.on("message", () => order.push("frame"));
  client.ws.on("close", () => order.push("close"));
  const large = "x".repeat(131_072);
  expect((await call(emulator, "POST", pathOf(id), large)).status).toBe(200);
  expect((await call(emulator, "DELETE", pathOf(id))).status).toBe(204);
  expect((await call(emulator, "POST", pathOf(id), "too late")).status).toBe(410);
  expect(await client.closed()).toEqual({ code: 1000, reason: "Connection Closed Normally" });

  expect([order, await client.text()]).toEqual([["frame", "close"], large]);
  expect(await told).toEqual([1000, "Connection Closed Normally"]);
  expect(emulator.recording.eventsOf("Disconnect")).toHaveLength(1);
});

describe("refusals", () => {
  it.each(["POST", "GET", "DELETE"])(
    "gw:management-5 %s to a connection that has closed: 410, to one that never was: 400",
    async (method) => {
      const { emulator, client, id, told } = await connected();
      await using _ = emulator;
      client.close();
      await told;
      const gone = await call(emulator, method, pathOf(id));
      expect([gone.status, gone.headers["x-amzn-errortype"], gone.body]).toEqual([410, "GoneException", ""]);
      // As in the recorded call to the real service: an id with another first character.
      const never = (id.startsWith("A") ? "B" : "A") + id.slice(1);
      const refused = await call(emulator, method, pathOf(never));
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
    const { emulator } = await connected();
    await using _ = emulator;
    const answer = await call(emulator, "POST", path, "x", authorization);
    expect([answer.status, answer.headers["x-amzn-errortype"]]).toEqual([status, type]);
  });

  it("another method: 403", async () => {
    const { emulator, id } = await connected();
    await using _ = emulator;
    expect((await call(emulator, "PUT", pathOf(id))).status).toBe(403);
  });

  it("gw:limit-12 gw:management-8 beyond the account's rate: 429", async () => {
    await using emulator = await startEmulator({
      functions: {},
      routes: {},
      quotas: { requests: { perSecond: 0, burst: 0 } },
    });
    expect((await call(emulator, "POST", pathOf(ID))).status).toBe(429);
  });
});
