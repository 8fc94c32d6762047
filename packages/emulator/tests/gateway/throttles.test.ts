import { describe, expect, it } from "vitest";
import type { Throttle } from "../../src/gateway/api-description.ts";
import { type ApiUnderTest, connectTo, startEmulator, type TestClient } from "../../src/testing.ts";
import { allow, type Handler, type Json, ok } from "../support/handlers.ts";
import { exchange, upgradeText } from "../support/raw-socket.ts";
import { STOPPED } from "../support/stopped-clock.ts";

const Echo: Handler = ({ body }) => ({ statusCode: 200, body });

/** An API with the routes `$connect`, `$disconnect`, `$default`, `join` and `ping`, of which the last is a MOCK. */
async function started(
  stage: { readonly byDefault?: Throttle; readonly byRoute?: Readonly<Record<string, Throttle>> },
  api: Partial<ApiUnderTest> = {},
) {
  const emulator = await startEmulator({
    functions: { Authorizer: allow, Connect: ok, Disconnect: ok, Echo },
    routes: {
      $connect: "Connect",
      $disconnect: "Disconnect",
      $default: { function: "Echo", routeResponse: true },
      join: { function: "Echo", routeResponse: true },
    },
    authorizer: "Authorizer",
    mockRoutes: { ping: { kind: "reply", text: "pong" } },
    clock: STOPPED,
    stages: [
      {
        name: "dev",
        ...(stage.byDefault && { defaultThrottle: stage.byDefault }),
        routeThrottles: new Map(Object.entries(stage.byRoute ?? {})),
      },
      { name: "other" },
    ],
    ...api,
  });
  return emulator;
}

/** The answers to one message after another, where `429` stands for the gateway's error frame. */
async function answers(client: TestClient, ...actions: readonly string[]): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const action of actions) {
    client.send({ action });
    texts.push(await client.text());
  }
  return texts.map((text) => (text.includes('"Too Many Requests"') ? "429" : text.replace(/.*"(\w+)"}$/, "$1")));
}

describe("gw:stage-1 the throttle of a stage", () => {
  it("is a bucket for each of its routes", async () => {
    await using emulator = await started({ byDefault: { perSecond: 1, burst: 2 } });
    const client = await emulator.connect();
    expect(await answers(client, "a", "join", "ping")).toEqual(["a", "join", "pong"]);
    expect(await answers(client, "b", "join", "ping")).toEqual(["b", "join", "pong"]);
    expect(await answers(client, "c", "join", "ping")).toEqual(["429", "429", "429"]);
    await emulator.clock.advance(1000);
    expect(await answers(client, "d", "join", "ping")).toEqual(["d", "join", "pong"]);
  });

  it("is shared by all connections, and not by the other stages", async () => {
    await using emulator = await started({ byDefault: { perSecond: 1, burst: 2 } });
    const [one, other] = [await emulator.connect(), await emulator.connect()];
    expect([await answers(one, "a"), await answers(other, "b"), await answers(one, "c")]).toEqual([
      ["a"],
      ["b"],
      ["429"],
    ]);
    const elsewhere = await connectTo(emulator.url.replace("/dev", "/other"));
    expect(await answers(elsewhere, "a")).toEqual(["a"]);
  });

  it.each<[string, Throttle, Throttle, readonly string[]]>([
    ["gives way to a route's own", { perSecond: 0, burst: 0 }, { perSecond: 1, burst: 1 }, ["join", "429"]],
    ["is more than a route's own", { perSecond: 1, burst: 5 }, { perSecond: 0, burst: 0 }, ["429", "429"]],
    ["gives a route its burst", { perSecond: 1, burst: 1 }, { perSecond: 9 }, ["join", "429"]],
    ["gives a route its rate of 0", { perSecond: 0, burst: 1 }, { burst: 2 }, ["429", "429"]],
  ])("%s", async (_title, byDefault, join, expected) => {
    await using emulator = await started({ byDefault, byRoute: { $connect: { perSecond: 9, burst: 9 }, join } });
    expect(await answers(await emulator.connect(), "join", "join")).toEqual(expected);
  });

  it("without a rate has the account's", async () => {
    await using emulator = await started(
      { byRoute: { join: { burst: 1 } } },
      { quotas: { requests: { perSecond: 2, burst: 100 } } },
    );
    const client = await emulator.connect();
    expect([await answers(client, "join"), await answers(client, "join")]).toEqual([["join"], ["429"]]);
    await emulator.clock.advance(500);
    expect(await answers(client, "join")).toEqual(["join"]);
  });
});

describe("gw:route-29 a message beyond its route's throttle", () => {
  it("is not passed on, gets a frame with the ids, and leaves other routes and the account's quota alone", async () => {
    await using emulator = await started(
      { byRoute: { join: { perSecond: 0 } } },
      { quotas: { requests: { perSecond: 1, burst: 1 } } },
    );
    const client = await emulator.connect();
    client.send({ action: "join" });
    const { connectionId } = emulator.recording.eventsOf("Connect")[0].requestContext;
    expect(await client.text()).toMatch(
      new RegExp(`^{"message": "Too Many Requests", "connectionId":"${connectionId}", "requestId":"[\\w-]+=*"}$`),
    );
    expect(await answers(client, "a")).toEqual(["a"]);
    expect(emulator.recording.eventsOf("Echo").map(({ requestContext }: Json) => requestContext.routeKey)).toEqual([
      "$default",
    ]);
  });

  it("is counted for $default, if that is the route that it falls back to", async () => {
    await using emulator = await started({ byRoute: { $default: { perSecond: 1, burst: 1 } } });
    const client = await emulator.connect();
    expect(await answers(client, "a", "b", "join")).toEqual(["a", "429", "join"]);
  });
});

describe("gw:handshake-24 the throttle of $connect", () => {
  it("of 0 refuses every handshake with 429, and asks no authorizer", async () => {
    await using emulator = await started({ byRoute: { $connect: { perSecond: 0, burst: 500 } } });
    expect(await exchange(emulator.port, upgradeText())).toMatch(
      /^HTTP\/1\.1 429 [\s\S]*\{"message":"Too Many Requests"\}$/,
    );
    expect(emulator.recording.eventsOf("Authorizer")).toHaveLength(0);
  });

  it("lets handshakes through at its rate", async () => {
    await using emulator = await started({ byRoute: { $connect: { perSecond: 4, burst: 2 } } });
    const statuses = [];
    for (let handshake = 0; handshake < 3; handshake += 1) statuses.push(await emulator.handshakeStatus());
    expect(statuses).toEqual([101, 101, 429]);
    await emulator.clock.advance(250);
    expect(await emulator.handshakeStatus()).toBe(101);
  });

  it("concerns no API without that route", async () => {
    await using emulator = await started(
      { byDefault: { perSecond: 0 } },
      { routes: { $default: { function: "Echo", routeResponse: true } } },
    );
    expect(await emulator.handshakeStatus()).toBe(101);
  });
});
