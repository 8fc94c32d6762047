import { describe, expect, it, onTestFinished } from "vitest";
import { type ApiUnderTest, startEmulator } from "../../src/testing.ts";
import { allow, type Json, ok, policy } from "../support/handlers.ts";
import { turnOfEventLoop } from "../support/queues.ts";
import { STOPPED } from "../support/stopped-clock.ts";

async function start(api: Partial<ApiUnderTest> = {}) {
  const emulator = await startEmulator({
    functions: { Authorizer: allow, Connect: ok, Echo: ({ body }) => ({ statusCode: 200, body }) },
    routes: { $connect: "Connect", $default: { function: "Echo", routeResponse: true } },
    authorizer: "Authorizer",
    clock: STOPPED,
    ...api,
  });
  onTestFinished(() => emulator.close());
  const get = async (query = "", init: RequestInit = {}): Promise<Json> => {
    const response = await fetch(`${emulator.endpoint}/_local/connections${query}`, init);
    return {
      status: response.status,
      headers: response.headers,
      ...((await response.json().catch(() => ({}))) as Json),
    };
  };
  const idOf = (index: number): string => emulator.recording.eventsOf("Connect")[index].requestContext.connectionId;
  return { emulator, get, idOf };
}

describe("GET /_local/connections", () => {
  it("shows since when and until when a connection is open, its frames, and who opened it", async () => {
    const { emulator, get, idOf } = await start();
    const client = await emulator.connect({ headers: { "user-agent": "phone" } });
    await emulator.clock.advance(60_000);
    client.send("twelve bytes");
    await client.text();
    await emulator.clock.advance(60_000);
    client.send("two");
    await client.text();
    await emulator.clock.advance(1_000);

    const { status, headers, ...report } = await get();

    expect([status, headers.get("content-type"), headers.get("cache-control")]).toEqual([
      200,
      "application/json",
      "no-store",
    ]);
    const traffic = { frames: 2, bytes: 15, last: { at: "2026-11-22T12:02:00.000Z", bytes: 3 } };
    expect(report).toEqual({
      open: 1,
      connections: [
        {
          connectionId: idOf(0),
          stage: "dev",
          connectedAt: "2026-11-22T12:00:00.000Z",
          endsAt: "2026-11-22T14:00:00.000Z",
          idleEndsAt: "2026-11-22T12:12:00.000Z",
          received: traffic,
          sent: traffic,
          sourceIp: "127.0.0.1",
          userAgent: "phone",
          principalId: "ann",
        },
      ],
    });
  });

  it("tells the ends at which the gateway closes, to the millisecond", async () => {
    const { emulator, get } = await start();
    const client = await emulator.connect();
    const [{ idleEndsAt, endsAt }] = (await get()).connections;
    expect(Date.parse(endsAt) - emulator.clock.now()).toBe(2 * 3_600_000);
    await emulator.clock.advance(Date.parse(idleEndsAt) - emulator.clock.now() - 1);
    await turnOfEventLoop();
    expect((await get()).connections).toHaveLength(1);
    await emulator.clock.advance(1);

    expect(await client.closed()).toMatchObject({ code: 1001 });
    expect(await get()).toMatchObject({ open: 0, connections: [] });
  });

  it("shows one connection of many, or a page of them", async () => {
    const { emulator, get, idOf } = await start();
    for (let number = 0; number < 5; number += 1) await emulator.connect();
    const ids = (report: Json) => report.connections.map(({ connectionId }: Json) => connectionId);

    expect(ids(await get(`?connectionId=${encodeURIComponent(idOf(3))}`))).toEqual([idOf(3)]);
    expect(ids(await get("?connectionId=other"))).toEqual([]);
    const first = await get("?limit=2");
    expect([ids(first), first.open, first.next]).toEqual([[idOf(0), idOf(1)], 5, "/_local/connections?from=2&limit=2"]);
    const last = await get("?limit=2&from=4");
    expect([ids(last), last.next]).toEqual([[idOf(4)], undefined]);
    expect(ids(await get())).toHaveLength(5);
  });

  it.each(["limit=0", "limit=1001", "limit=x", "from=-1", "from=1e3"])("refuses ?%s", async (query) => {
    const { get } = await start();
    expect(await get(`?${query}`)).toMatchObject({ status: 400, message: expect.stringContaining("whole number") });
  });

  it("shows neither the authorizer's context nor a token that a client or an authorizer put elsewhere", async () => {
    const token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const { emulator, get } = await start({
      functions: {
        Authorizer: ({ methodArn }: Json) =>
          policy({ Effect: "Allow", Resource: methodArn }, { principalId: token, context: { email: "private" } }),
        Connect: ok,
      },
      routes: { $connect: "Connect" },
    });
    await emulator.connect({ headers: { "user-agent": `app ${token}` } });
    const report = await get();

    expect(report.connections).toMatchObject([{ principalId: "…", userAgent: "app …" }]);
    expect(JSON.stringify(report)).not.toMatch(/private|dBjft/);
  });

  it("has nothing that acts on a terminal", async () => {
    const { emulator } = await start();
    await emulator.connect({ headers: { "user-agent": "app \u009b31m" } });
    const text = await (await fetch(`${emulator.endpoint}/_local/connections`)).text();
    expect(text).toContain("app \\u009b31m");
  });

  it("forgets a connection that has ended", async () => {
    const { emulator, get } = await start();
    const client = await emulator.connect();
    client.send("one");
    await client.text();
    client.close();
    await client.closed();
    while ((await get()).open > 0) await turnOfEventLoop();
  });

  it("adds what the application knows, whatever becomes of that", async () => {
    const answers = [
      async () => ({ user: "ann", follows: ["order-17"] }),
      () => undefined,
      () => {
        throw new RangeError("with a secret");
      },
      () => Promise.reject(new TypeError("with a secret")),
    ];
    const order = new Map<string, number>();
    const { emulator, get, idOf } = await start({
      describeConnection: (connectionId) => answers[order.get(connectionId) ?? 0]?.(),
    });
    for (const [index] of answers.entries()) {
      await emulator.connect();
      order.set(idOf(index), index);
    }

    expect((await get()).connections.map(({ application }: Json) => application)).toEqual([
      { user: "ann", follows: ["order-17"] },
      null,
      { failed: "RangeError" },
      { failed: "TypeError" },
    ]);
  });

  it("can only be read", async () => {
    const { get } = await start();
    const { status, headers } = await get("", { method: "POST" });
    expect([status, headers.get("allow")]).toEqual([405, "GET"]);
  });
});
