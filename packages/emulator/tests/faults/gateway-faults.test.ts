import type { Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { type ApiUnderTest, type EmulatorFault, startEmulator } from "../../src/testing.ts";
import { type Json, ok } from "../support/handlers.ts";

const SIGNED = `AWS4-HMAC-SHA256 Credential=x/20261122/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=${"0".repeat(64)}`;

/** An emulator whose messages are answered with `echo`, with one client and its connection's id. */
async function connected(api: Partial<ApiUnderTest> = {}) {
  const emulator = await startEmulator({
    functions: { Connect: ok, Disconnect: ok, Echo: () => ({ statusCode: 200, body: "echo" }) },
    routes: { $connect: "Connect", $disconnect: "Disconnect", $default: { function: "Echo", routeResponse: true } },
    ...api,
  });
  onTestFinished(() => emulator.close());
  const client = await emulator.connect();
  const event: Json = emulator.recording.invocations[0]?.event;
  const { connectionId } = event.requestContext;
  const request = (method: string, signal?: AbortSignal) =>
    fetch(`${emulator.endpoint}/dev/@connections/${connectionId}`, {
      method,
      headers: { authorization: SIGNED },
      ...(method === "POST" && { body: "pushed" }),
      ...(signal && { signal }),
    });
  return { emulator, client, connectionId, request };
}

describe("a fault of connections", () => {
  it("disconnect-lost: the connection ends, and $disconnect is not invoked", async () => {
    const { emulator, client } = await connected();
    emulator.faults.set([{ kind: "disconnect-lost" }]);
    client.close();
    await emulator.recording.next("connection-closed");
    await emulator.settled();
    expect(emulator.recording.invocations.map(({ functionName }) => functionName)).toEqual(["Connect"]);
  });

  it("half-open: neither side hears anything, posts are taken, and idleness ends it", async () => {
    const { emulator, client, request, connectionId } = await connected();
    emulator.faults.set([{ kind: "half-open", connection: connectionId }]);
    expect((await request("POST")).status).toBe(200);
    client.send("hello");
    client.ws.ping();
    let pongs = 0;
    client.ws.on("pong", () => {
      pongs += 1;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([client.unread, pongs, client.ws.readyState]).toEqual([0, 0, 1]);
    const ended = emulator.recording.next("connection-closed");
    await emulator.clock.advance(601_000);
    expect(await ended).toMatchObject({ code: 1001, by: "gateway" });
    expect(emulator.recording.frames.filter(({ direction }) => direction === "in")).toEqual([]);
  });

  it("half-open begins also with a frame of the client", async () => {
    const { emulator, client } = await connected();
    emulator.faults.set([{ kind: "half-open", count: 1 }]);
    client.send("hello");
    await emulator.recording.next("fault-struck");
    await emulator.settled();
    expect(emulator.recording.invocations.map(({ functionName }) => functionName)).toEqual(["Connect"]);
  });

  it("half-open strikes a connection once, and swallows frames that have come with the first", async () => {
    const { emulator, client, request } = await connected();
    emulator.faults.set([{ kind: "half-open", count: 2 }]);
    const { _socket: socket } = client.ws as unknown as { _socket: Socket };
    socket.cork();
    for (const text of ["one", "two", "three"]) client.send(text);
    socket.uncork();
    await emulator.recording.next("fault-struck");
    for (const _ of [1, 2]) expect((await request("POST")).status).toBe(200);
    await emulator.settled();
    expect(emulator.recording.frames.filter(({ direction }) => direction === "in")).toEqual([]);
    expect(emulator.faults.list()).toMatchObject([{ struck: 1 }]);
  });

  it("cut: all connections that are open end at once without a close frame, later ones stay", async () => {
    const { emulator, client } = await connected();
    const other = await emulator.connect();
    emulator.faults.set([{ kind: "cut" }]);
    expect([(await client.closed()).code, (await other.closed()).code]).toEqual([1006, 1006]);
    const later = await emulator.connect();
    later.send("hello");
    expect(await later.text()).toBe("echo");
    const codes = emulator.recording.invocations
      .filter(({ functionName }) => functionName === "Disconnect")
      .map(({ event }) => event.requestContext.disconnectStatusCode);
    expect(codes).toEqual([1006, 1006]);
  });
});

describe("a fault of @connections", () => {
  it.each<[status: number, type: string]>([
    [403, "ForbiddenException"],
    [410, "GoneException"],
    [429, "LimitExceededException"],
    [500, "InternalServerErrorException"],
    [503, "InternalServerErrorException"],
  ])("connections-api: %i, and the client hears nothing", async (status, type) => {
    const { emulator, client, request } = await connected();
    emulator.faults.set([{ kind: "connections-api", status, count: 1 }]);
    const response = await request("POST");
    expect([response.status, response.headers.get("x-amzn-errortype")]).toEqual([status, type]);
    expect((await request("POST")).status, "the next one").toBe(200);
    expect(await client.text()).toBe("pushed");
    expect(client.unread).toBe(0);
  });

  it("connections-api with `after`: the client hears, and the caller is told that it failed", async () => {
    const { emulator, client, request } = await connected();
    emulator.faults.set([{ kind: "connections-api", after: true }]);
    expect((await request("POST")).status).toBe(500);
    expect(await client.text()).toBe("pushed");
    expect((await request("DELETE")).status).toBe(500);
    expect((await client.closed()).code).toBe(1000);
  });

  it.each([false, true])("connections-api-silent, after %s: no answer, until the caller gives up", async (after) => {
    const { emulator, client, request } = await connected();
    emulator.faults.set([{ kind: "connections-api-silent", after }]);
    await expect(request("POST", AbortSignal.timeout(30))).rejects.toThrow("timeout");
    expect(client.unread).toBe(after ? 1 : 0);
    emulator.faults.clear();
    expect((await request("GET")).status).toBe(200);
  });
});

describe("a fault of functions", () => {
  const bodyAfter = async (fault: EmulatorFault, millis = 0) => {
    const { emulator, client } = await connected();
    emulator.faults.set([fault]);
    const begun = emulator.recording.next("invocation-begun");
    client.send("hello");
    await begun;
    await emulator.clock.advance(millis);
    return { answer: await client.text(), invocation: emulator.recording.invocations.at(-1), emulator };
  };

  it("function-slow: the answer comes later", async () => {
    const { answer, invocation } = await bodyAfter({ kind: "function-slow", by: "20s" }, 20_000);
    expect([answer, invocation?.error]).toEqual(["echo", undefined]);
  });

  it("function-slow beyond the timeout of the integration", async () => {
    const { answer } = await bodyAfter({ kind: "function-slow", by: "40s", function: "Echo" }, 29_000);
    expect(JSON.parse(answer)).toMatchObject({ message: "Endpoint request timed out" });
  });

  it("function-failing: the error of a function that throws", async () => {
    const { answer, invocation } = await bodyAfter({ kind: "function-failing" });
    expect(JSON.parse(answer)).toMatchObject({ message: "Internal server error" });
    expect(invocation?.error?.errorType).toBe("FaultOnDemand");
  });

  it("function-hanging: it ends by its timeout", async () => {
    const { invocation } = await bodyAfter({ kind: "function-hanging" }, 61_000);
    expect(invocation?.error?.errorType).toBe("Sandbox.Timedout");
  });

  it.each(["function-failing", "function-hanging"] as const)(
    "%s with `after`: the work is done first",
    async (kind) => {
      let calls = 0;
      const emulator = await startEmulator({
        functions: {
          Count: () => {
            calls += 1;
          },
        },
        routes: { $default: "Count" },
      });
      onTestFinished(() => emulator.close());
      emulator.faults.set([{ kind, after: true }]);
      const client = await emulator.connect();
      const begun = emulator.recording.next("invocation-begun");
      client.send("hello");
      await begun;
      await emulator.clock.advance(61_000);
      expect([calls, emulator.recording.invocations[0]?.error !== undefined]).toEqual([1, true]);
    },
  );
});
