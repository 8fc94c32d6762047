import { describe, expect, it } from "vitest";
import { startEmulator } from "../../src/testing.ts";
import { deferred } from "../support/deferred.ts";
import { type Handler, hanging, ok } from "../support/handlers.ts";
import { STOPPED } from "../support/stopped-clock.ts";

const echo: Handler = (event) => ({ statusCode: 200, body: `${event.requestContext.routeKey}:${event.body}` });

function errorFrame(message: string) {
  const connectionId = "[A-Za-z0-9_-]{18}==";
  const requestId = "[A-Za-z0-9_-]{15}=";
  return expect.stringMatching(
    new RegExp(`^\\{"message": "${message}", "connectionId":"${connectionId}", "requestId":"${requestId}"\\}$`),
  );
}

describe("the route of a message", () => {
  const rows: readonly (readonly [title: string, body: string, routeKey: string])[] = [
    ["gw:route-2 the action", '{"action":"greet"}', "greet"],
    ["gw:route-2 compared exactly", '{"action":"Greet"}', "$default"],
    ["gw:route-3 a number", '{"action":1}', "1"],
    ["gw:route-3 an array", '{"action":["a","b"]}', "[a, b]"],
    ["gw:route-3 nothing there", '{"other":"greet"}', "$default"],
    ["gw:route-3 null", '{"action":null}', "$default"],
    ["gw:route-4 no JSON", "greet", "$default"],
    ["gw:route-4 JSON that is not an object", '"greet"', "$default"],
    ["gw:route-4 an empty message", "", "$default"],
    ["gw:route-7 $connect", '{"action":"$connect"}', "$default"],
    ["gw:route-7 $disconnect", '{"action":"$disconnect"}', "$default"],
    ["attack:G2 __proto__", '{"action":"__proto__"}', "$default"],
    ["attack:G2 an inherited action", '{"__proto__":{"action":"greet"}}', "$default"],
    ["attack:G2 toString", '{"action":"toString"}', "$default"],
    ["attack:G4 nested 60,000 deep", `{"action":${"[".repeat(15_000)}${"]".repeat(15_000)}}`, "$default"],
  ];

  it.each(rows)("%s", async (_, body, routeKey) => {
    await using emulator = await startEmulator({
      functions: { Connect: ok, Disconnect: ok, Echo: echo },
      routes: {
        $connect: "Connect",
        $disconnect: "Disconnect",
        greet: { function: "Echo", routeResponse: true },
        "1": { function: "Echo", routeResponse: true },
        "[a, b]": { function: "Echo", routeResponse: true },
        $default: { function: "Echo", routeResponse: true },
      },
    });
    const client = await emulator.connect();
    client.send(body);
    expect(await client.text(), "gw:event-12 the fallback is invoked under its own name").toBe(`${routeKey}:${body}`);
  });

  it("gw:route-5 gw:route-4 without a $default route: the error frame, and the connection stays usable", async () => {
    await using emulator = await startEmulator({
      functions: { Echo: echo },
      routes: { greet: { function: "Echo", routeResponse: true } },
    });
    const client = await emulator.connect();
    client.send({ action: "other" });
    expect(await client.text()).toEqual(errorFrame("Forbidden"));
    expect(emulator.recording.eventsOf("Echo")).toHaveLength(0);
    client.send({ action: "greet" });
    expect(await client.text()).toBe('greet:{"action":"greet"}');
  });
});

describe("the response to a message by the integration's result", () => {
  const fails: Handler = () => {
    throw new Error("of no concern to the client");
  };
  const rows: readonly (readonly [title: string, oneWay: unknown, twoWay: unknown, handler: Handler])[] = [
    ["gw:route-20 gw:route-27 a body", undefined, "hello", () => ({ statusCode: 200, body: "hello" })],
    [
      "gw:route-21 gw:route-27 a body beside an error's status",
      undefined,
      "hello",
      () => ({ statusCode: 500, body: "hello" }),
    ],
    ["gw:route-27 a body beside a status as digits", undefined, "hello", () => ({ statusCode: "200", body: "hello" })],
    ["gw:route-28 no body", undefined, undefined, () => ({ statusCode: 200 })],
    ["gw:route-28 an empty body", undefined, undefined, () => ({ statusCode: 200, body: "" })],
    ["gw:route-22 nothing", undefined, undefined, () => undefined],
    ["gw:route-22 null", undefined, undefined, () => null],
    ["gw:route-22 an empty object", undefined, undefined, () => ({})],
    ["gw:route-23 it throws", errorFrame("Internal server error"), errorFrame("Internal server error"), fails],
    [
      "gw:route-24 no status",
      errorFrame("Internal server error"),
      errorFrame("Internal server error"),
      () => ({ status: 200 }),
    ],
    [
      "gw:route-24 an unknown member",
      errorFrame("Internal server error"),
      errorFrame("Internal server error"),
      () => ({ statusCode: 200, Data: "" }),
    ],
    [
      "gw:route-24 a body that is not a text",
      errorFrame("Internal server error"),
      errorFrame("Internal server error"),
      () => ({ statusCode: 200, body: {} }),
    ],
    [
      "a body over 128 KB",
      errorFrame("Internal server error"),
      errorFrame("Internal server error"),
      () => ({ statusCode: 200, body: "x".repeat(131_073) }),
    ],
  ];

  it.each(rows)("%s", async (_, oneWay, twoWay, handler) => {
    await using emulator = await startEmulator({
      functions: { Fn: handler, Echo: echo },
      routes: {
        oneWay: "Fn",
        twoWay: { function: "Fn", routeResponse: true },
        after: { function: "Echo", routeResponse: true },
      },
    });
    const client = await emulator.connect();
    for (const [action, expected] of [
      ["oneWay", oneWay],
      ["twoWay", twoWay],
    ] as const) {
      client.send({ action });
      if (expected !== undefined) expect(await client.text()).toEqual(expected);
      // gw:route-23: the connection stays open in any case, and nothing else was sent before this response.
      client.send({ action: "after" });
      expect(await client.text()).toBe('after:{"action":"after"}');
    }
  });

  it("gw:route-25 gw:handshake-18 is an error frame if the function does not exist", async () => {
    await using emulator = await startEmulator({ functions: {}, routes: { $default: "Missing" } });
    const client = await emulator.connect();
    client.send("x");
    expect(await client.text()).toEqual(errorFrame("Internal server error"));
  });

  it("gw:route-26 gw:limit-11 is an error frame after 29 s, and a later result is dropped", async () => {
    const called = deferred();
    const answer = deferred<unknown>();
    const Slow: Handler = () => {
      called.resolve();
      return answer.promise;
    };
    await using emulator = await startEmulator({
      functions: { Slow, Echo: echo },
      routes: { slow: { function: "Slow", routeResponse: true }, $default: { function: "Echo", routeResponse: true } },
      clock: STOPPED,
    });
    const client = await emulator.connect();
    client.send({ action: "slow" });
    await called.promise;
    await emulator.clock.advance(29_000);
    expect(await client.text()).toEqual(errorFrame("Endpoint request timed out"));
    answer.resolve({ statusCode: 200, body: "too late" });
    client.send("still there?");
    expect(await client.text()).toBe("$default:still there?");
  });

  it("gw:limit-11 comes earlier if the route has a shorter timeout", async () => {
    const { handler: Slow, called } = hanging();
    await using emulator = await startEmulator({
      functions: { Slow },
      routes: { slow: { function: "Slow", routeResponse: true, integrationTimeoutMillis: 50 } },
      clock: STOPPED,
    });
    const client = await emulator.connect();
    client.send({ action: "slow" });
    await called;
    await emulator.clock.advance(50);
    expect(await client.text()).toEqual(errorFrame("Endpoint request timed out"));
  });

  it("gw:route-29 gw:limit-12 is an error frame beyond the account's rate, and the message is not passed on", async () => {
    await using emulator = await startEmulator({
      functions: { Echo: echo },
      routes: { $default: { function: "Echo", routeResponse: true } },
      quotas: { requests: { perSecond: 1, burst: 1 } },
      clock: STOPPED,
    });
    const client = await emulator.connect();
    client.send("1");
    expect(await client.text()).toBe("$default:1");
    client.send("2");
    expect(await client.text()).toEqual(errorFrame("Too Many Requests"));
    await emulator.clock.advance(1_000);
    client.send("3");
    expect(await client.text()).toBe("$default:3");
    expect(emulator.recording.eventsOf("Echo")).toHaveLength(2);
  });
});

it("gw:order-1 gw:route-34 messages of one connection run concurrently, and each response comes when its handler ends", async () => {
  const first = deferred<unknown>();
  const Fn: Handler = (event) => (event.body === "first" ? first.promise : { statusCode: 200, body: "second done" });
  await using emulator = await startEmulator({
    functions: { Fn },
    routes: { $default: { function: "Fn", routeResponse: true } },
  });
  const client = await emulator.connect();
  client.send("first");
  client.send("second");
  expect(await client.text()).toBe("second done");
  first.resolve({ statusCode: 200, body: "first done" });
  expect(await client.text()).toBe("first done");
});

it("gw:order-3 a message sent with the handshake waits for $connect", async () => {
  const go = deferred();
  const order: string[] = [];
  const Connect: Handler = async () => {
    await go.promise;
    order.push("connected");
    return { statusCode: 200 };
  };
  const Message: Handler = () => {
    order.push("message");
    return { statusCode: 200, body: "done" };
  };
  await using emulator = await startEmulator({
    functions: { Connect, Message },
    routes: { $connect: "Connect", $default: { function: "Message", routeResponse: true } },
  });
  const connecting = emulator.connect();
  go.resolve();
  const client = await connecting;
  client.send("now");
  await client.text();
  expect(order).toEqual(["connected", "message"]);
});

it("a handler cannot reach the gateway's own objects through its event", async () => {
  const Fn: Handler = (event) => {
    const seen = event.requestContext.stage;
    event.requestContext.stage = event.requestContext.identity.sourceIp = "changed";
    return { statusCode: 200, body: seen };
  };
  await using emulator = await startEmulator({
    functions: { Fn },
    routes: { $default: { function: "Fn", routeResponse: true } },
  });
  const client = await emulator.connect();
  for (let message = 0; message < 2; message += 1) {
    client.send("x");
    expect(await client.text()).toBe("dev");
  }
});
