import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { executions } from "../src/lambda/in-process-host.ts";
import { type EmulatorEvent, makeObserve, type Observer } from "../src/observer.ts";
import { connectTo, startEmulator } from "../src/testing.ts";
import { deferred } from "./support/deferred.ts";
import { allow, type Handler, type Json, ok } from "./support/handlers.ts";
import { ManualScheduler } from "./support/manual-scheduler.ts";
import { leaksIn, plantedTexts } from "./support/planted-texts.ts";
import { queueToFunction } from "./support/queue-to-function.ts";
import { exchange, statusOf } from "./support/raw-socket.ts";
import { STOPPED } from "./support/stopped-clock.ts";

const SIGNED = `AWS4-HMAC-SHA256 Credential=local/20261122/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=${"0".repeat(64)}`;

const eventing = queueToFunction({ visibilityTimeoutSeconds: 5 });

async function putEvent(port: number, Source: string): Promise<void> {
  const headers = { authorization: "AWS4-HMAC-SHA256 Credential=x", "x-amz-target": "AWSEvents.PutEvents" };
  const Entries = [{ Source, DetailType: "Entity Updated", Detail: '{"entityId":"order-17"}' }];
  await fetch(`http://127.0.0.1:${port}`, { method: "POST", headers, body: JSON.stringify({ Entries }) });
}

/** Runs the handlers of one story: a client subscribes, and Notify pushes to its connection or fails on demand. */
async function startStory(observer: Observer) {
  const story = { connectionId: "", isFailing: false };
  const Notify: Handler = async (event) => {
    if (story.isFailing) return { batchItemFailures: [{ itemIdentifier: event.Records[0].messageId }] };
    const path = `/dev/@connections/${encodeURIComponent(story.connectionId)}`;
    await fetch(`${emulator.endpoint}${path}`, {
      method: "POST",
      headers: { authorization: SIGNED },
      body: "pushed",
    });
    return {};
  };
  const emulator = await startEmulator({
    functions: {
      Authorizer: allow,
      Connect: (event) => {
        story.connectionId = event.requestContext.connectionId;
        return { statusCode: 200, headers: { "Sec-WebSocket-Protocol": "v1" } };
      },
      Disconnect: ok,
      Subscribe: () => ({ statusCode: 200, body: "subscribed" }),
      Notify,
    },
    routes: {
      $connect: "Connect",
      $disconnect: "Disconnect",
      subscribe: { function: "Subscribe", routeResponse: true },
    },
    authorizer: "Authorizer",
    eventing,
    clock: STOPPED,
    observer,
  });
  onTestFinished(() => emulator.close());
  return { emulator, story };
}

class Recorder {
  readonly events: EmulatorEvent[] = [];
  readonly #waiting = new Map<string, () => void>();

  readonly observe: Observer = (event) => {
    this.events.push(event);
    this.#waiting.get(event.kind)?.();
  };

  /** Returns and removes the summaries of the events up to the next one of this kind. */
  async until(kind: EmulatorEvent["kind"]): Promise<Json[]> {
    const seen = deferred();
    this.#waiting.set(kind, () => seen.resolve());
    const at = () => this.events.findIndex((event) => event.kind === kind);
    if (at() < 0) await seen.promise;
    this.#waiting.delete(kind);
    return this.events.splice(0, at() + 1).map(summary);
  }
}

/** An event without the members that differ from run to run, with its payloads; a function's event and result are left out. */
function summary(event: EmulatorEvent): Json {
  const { at: _, connectionId, requestId, messageId, eventId, durationMillis, payload, ...rest } = event as Json;
  const shown = rest.outcome?.kind === "returned" ? { ...rest, outcome: { kind: "returned" } } : rest;
  return Object.fromEntries(
    Object.entries(shown).map(([name, value]) => [name, typeof value === "function" ? value() : value]),
  );
}

const begun = (functionName: string) => ({ kind: "invocation-begun", functionName });
const ended = (functionName: string) => ({ kind: "invocation-ended", functionName, outcome: { kind: "returned" } });

describe("an observer", () => {
  it("sees a connection, a message, a push, a failing batch and the end, in order", async () => {
    const recorder = new Recorder();
    const { emulator, story } = await startStory(recorder.observe);
    const client = await connectTo(`${emulator.url}?access_token=secret&x=1`, { subprotocols: ["v1", "another"] });
    const handshake = await recorder.until("handshake-responded");
    expect(handshake).toEqual([
      {
        kind: "handshake-received",
        handshakeId: 1,
        method: "GET",
        path: "/dev",
        query: ["access_token", "x"],
        subprotocols: ["v1", "…"],
      },
      ...[begun("Authorizer"), ended("Authorizer"), begun("Connect"), ended("Connect")],
      { kind: "handshake-responded", handshakeId: 1, status: 101 },
    ]);

    client.send({ action: "subscribe" });
    await client.text();
    expect(await recorder.until("frame-sent")).toEqual([
      { kind: "frame-received", bytes: 22, text: '{"action":"subscribe"}' },
      ...[begun("Subscribe"), ended("Subscribe")],
      { kind: "frame-sent", source: "route-response", bytes: 10, text: "subscribed" },
    ]);

    await putEvent(emulator.port, "CLI");
    const published = await recorder.until("message-deleted");
    const { body, bytes } = published[1];
    expect(JSON.parse(body)).toMatchObject({ source: "CLI", detail: { entityId: "order-17" } });
    expect(published).toEqual([
      {
        kind: "event-published",
        eventBusName: "default",
        source: "CLI",
        detailType: "Entity Updated",
        rules: [{ name: "rule", targets: ["updates"] }],
        detail: '{"entityId":"order-17"}',
      },
      { kind: "message-sent", queue: "updates", bytes, body },
      { kind: "message-received", queue: "updates", receiveCount: 1 },
      begun("Notify"),
      { kind: "frame-sent", source: "post", bytes: 6, text: "pushed" },
      ended("Notify"),
      { kind: "message-deleted", queue: "updates", why: "deleted" },
    ]);

    story.isFailing = true;
    await putEvent(emulator.port, "CLI");
    expect((await recorder.until("message-failed")).slice(1)).toEqual([
      expect.objectContaining({ kind: "message-sent", queue: "updates" }),
      { kind: "message-received", queue: "updates", receiveCount: 1 },
      ...[begun("Notify"), ended("Notify")],
      { kind: "message-failed", queue: "updates", reason: "reported in batchItemFailures" },
    ]);
    await emulator.clock.advance(5_000);
    expect(await recorder.until("message-dead-lettered")).toEqual([
      { kind: "message-returned", queue: "updates", receiveCount: 1 },
      { kind: "message-dead-lettered", queue: "updates", deadLetterQueue: "dead", receiveCount: 1 },
    ]);

    await putEvent(emulator.port, "stranger");
    expect(await recorder.until("event-published")).toMatchObject([{ kind: "event-published", rules: [] }]);

    client.close(4000, "done");
    expect(await recorder.until("invocation-ended")).toEqual([
      { kind: "connection-closed", code: 4000, reason: "done", by: "client" },
      ...[begun("Disconnect"), ended("Disconnect")],
    ]);
  });

  it("gets the emulator's time, and ids that connect events of one connection or invocation", async () => {
    const recorder = new Recorder();
    const { emulator } = await startStory(recorder.observe);
    const client = await emulator.connect({ subprotocols: ["v1"] });
    client.terminate();
    while (recorder.events.at(-1)?.kind !== "invocation-ended" || recorder.events.length < 9) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(new Set(recorder.events.map(({ at }) => at))).toEqual(new Set([emulator.clock.now()]));
    const ids = (name: string) => {
      return new Set(recorder.events.map((event) => (event as Json)[name]).filter((id) => id !== undefined));
    };
    expect([ids("connectionId").size, ids("requestId").size]).toEqual([1, 3]);
    expect(recorder.events).toContainEqual(
      expect.objectContaining({ kind: "connection-closed", code: 1006, by: "network" }),
    );
  });

  it("sees which side closed a connection", async () => {
    const recorder = new Recorder();
    const { emulator, story } = await startStory(recorder.observe);
    const closings: Json[] = [];
    const closedBy = async (close: () => unknown) => {
      const client = await emulator.connect({ subprotocols: ["v1"] });
      await close();
      await client.closed();
      closings.push((await recorder.until("connection-closed")).at(-1));
    };
    await closedBy(() => {
      const url = `${emulator.endpoint}/dev/@connections/${encodeURIComponent(story.connectionId)}`;
      return fetch(url, { method: "DELETE", headers: { authorization: SIGNED } });
    });
    await closedBy(() => emulator.clock.advance(10 * 60_000));
    expect(closings).toMatchObject([
      { code: 1000, by: "delete-connection" },
      { code: 1001, by: "gateway" },
    ]);
  });

  it("sees the status of a handshake that is refused", async () => {
    const recorder = new Recorder();
    await using emulator = await startEmulator({
      functions: { Authorizer: () => Promise.reject(new Error("Unauthorized")), Connect: ok },
      routes: { $connect: "Connect" },
      authorizer: "Authorizer",
      observer: recorder.observe,
    });
    expect(await emulator.handshakeStatus()).toBe(401);
    const events = await recorder.until("handshake-responded");
    expect(events.at(-1)).toEqual({ kind: "handshake-responded", handshakeId: 1, status: 401 });
    expect(events[2]).toMatchObject({ outcome: { kind: "failed", error: { errorMessage: "Unauthorized" } } });
  });

  it("sees a fault of a handler whose invocation has ended", async () => {
    const recorder = new Recorder();
    const { executions } = await import("../src/lambda/in-process-host.ts");
    const late = deferred();
    const Late: Handler = () => {
      const execution = executions.getStore();
      void late.promise.then(() => execution?.fail({ errorType: "Error", errorMessage: "late", trace: [] }));
      return {};
    };
    await using emulator = await startEmulator({ functions: { Late }, routes: {}, observer: recorder.observe });
    await emulator.invoke("Late");
    late.resolve();
    expect((await recorder.until("fault-after-invocation")).at(-1)).toMatchObject({ error: { errorMessage: "late" } });
  });

  it("runs outside the function whose code an event comes from, so that no fault of its own counts as the function's", () => {
    const executing: unknown[] = [];
    const observe = makeObserve(() => executing.push(executions.getStore()), new ManualScheduler());
    const error = { errorType: "Error", errorMessage: "late", trace: [] };
    executions.run({ requestId: "1", fail: () => {}, now: () => 0 }, () =>
      observe({ kind: "fault-after-invocation", functionName: "Notify", requestId: "1", error }),
    );
    expect(executing).toEqual([undefined]);
  });

  it("attack:O3 never gets a token, wherever a client puts it", async () => {
    const TOKEN = `${"eyJhbGciOiJIUzI1NiJ9".padEnd(36, "A")}.${"cGF5bG9hZA".repeat(9)}.${"c2lnbmF0dXJl".repeat(4)}`;
    const recorder = new Recorder();
    const { emulator } = await startStory(recorder.observe);
    const { port } = emulator;
    for (const query of [`access_token=${TOKEN}`, TOKEN, `x&${TOKEN}=1`, `${TOKEN}#`]) {
      await exchange(port, upgradeRequest(`/dev?${query}`, ["v1"]));
    }
    for (const path of [`/dev/${TOKEN}`, `/${TOKEN.replaceAll(".", "%2E")}`, `/dev;${TOKEN}`]) {
      expect(statusOf(await exchange(port, upgradeRequest(path, [])))).not.toBe(101);
    }
    for (const offered of [[TOKEN], ["v1", TOKEN], [` ${TOKEN}`, "v1"]]) {
      await exchange(port, upgradeRequest("/dev", offered, `Authorization: Bearer ${TOKEN}\r\n`));
    }
    const client = await emulator.connect({ subprotocols: ["v1"] });
    client.send({ action: "subscribe", token: TOKEN });
    await client.text();
    client.close(4000, TOKEN.slice(0, 120));
    await client.closed();
    expect(recorder.events.length).toBeGreaterThan(30);
    const output = [JSON.stringify(recorder.events), inspect(recorder.events, { depth: null })].join("\n");
    expect(leaksIn(output, plantedTexts("no secret here", TOKEN))).toEqual([]);
  });

  it.each<readonly [about: string, observer: Observer]>([
    [
      "throws",
      () => {
        throw new Error("of the observer");
      },
    ],
    ["rejects", (() => Promise.reject(new Error("of the observer"))) as Observer],
  ])("that %s changes nothing", async (_about, fault) => {
    const recorder = new Recorder();
    const { emulator } = await startStory((event) => {
      recorder.observe(event);
      return fault(event);
    });
    const client = await emulator.connect({ subprotocols: ["v1"] });
    client.send({ action: "subscribe" });
    expect(await client.text()).toBe("subscribed");
    await putEvent(emulator.port, "CLI");
    expect(await client.text()).toBe("pushed");
    await recorder.until("message-deleted");
    client.close();
    expect(await client.closed()).toMatchObject({ code: 1005 });
  });
});

function upgradeRequest(target: string, offered: readonly string[], headers = ""): string {
  const protocols = offered.length > 0 ? `Sec-WebSocket-Protocol: ${offered.join(", ")}\r\n` : "";
  const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
  const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  return `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${upgrade}${key}${protocols}${headers}\r\n`;
}
