import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { startEmulator } from "../../src/testing.ts";
import { allow, type Json, ok } from "../support/handlers.ts";
import { leaksIn, plantedTexts } from "../support/planted-texts.ts";
import { queueToFunction } from "../support/queue-to-function.ts";

const TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

async function start() {
  const emulator = await startEmulator({
    functions: { Authorizer: allow, Connect: ok, Echo: ({ body }) => ({ statusCode: 200, body }), Notify: () => ({}) },
    routes: { $connect: "Connect", $default: { function: "Echo", routeResponse: true } },
    authorizer: "Authorizer",
    eventing: queueToFunction({ visibilityTimeoutSeconds: 5 }),
  });
  onTestFinished(() => emulator.close());
  const origin = emulator.endpoint;
  const open = async (query = "", accept = "application/x-ndjson") => {
    const leaving = new AbortController();
    onTestFinished(() => leaving.abort());
    const headers = { accept };
    const response = await fetch(`${origin}/_local/events${query}`, { headers, signal: leaving.signal });
    return { response, leave: () => leaving.abort() };
  };
  const idOf = (index: number): string => emulator.recording.eventsOf("Connect")[index].requestContext.connectionId;
  return { emulator, origin, open, idOf };
}

/** Reads a stream until a text has come. */
async function readUntil(response: Response, end: string): Promise<string> {
  let text = "";
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  while (!text.includes(end)) text += (await reader?.read())?.value ?? "";
  return text;
}

const jsonLines = (text: string): Json[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("GET /_local/events", () => {
  it("streams server-sent events, one JSON text each, without payloads", async () => {
    const { emulator, open, idOf } = await start();
    const { response } = await open("", "*/*");
    const client = await emulator.connect();
    client.send("personal data");
    const text = await readUntil(response, "frame-sent");

    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(text).toMatch(/^(?:data: \{[^\n]*\}\n\n)+$/);
    const events = text
      .split("\n\n")
      .slice(0, -1)
      .map((one): Json => JSON.parse(one.replace("data: ", "")));
    const [invocationBegun, invocationEnded] = ["invocation-begun", "invocation-ended"];
    expect(events.map(({ kind }) => kind)).toEqual([
      ...["handshake-received", invocationBegun, invocationEnded, invocationBegun, invocationEnded],
      ...["handshake-responded", "frame-received", invocationBegun, invocationEnded, "frame-sent"],
    ]);
    expect(events.at(-1)).toEqual({
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      ...{ kind: "frame-sent", connectionId: idOf(0), source: "route-response", bytes: 13 },
    });
    expect(text).not.toContain("personal");
  });

  it("streams lines of JSON to those who accept them, of the kinds and the connection that are asked for", async () => {
    const { emulator, open, idOf } = await start();
    const [one, two] = [await emulator.connect(), await emulator.connect()];
    const { response } = await open(`?kind=frame-sent,connection-closed&connectionId=${encodeURIComponent(idOf(1))}`);
    one.send("of another one");
    await one.text();
    two.send("hello");
    await two.text();
    two.close(1000);
    const events = jsonLines(await readUntil(response, "connection-closed"));

    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    expect(events).toMatchObject([
      { kind: "frame-sent", connectionId: idOf(1), bytes: 5 },
      { kind: "connection-closed", connectionId: idOf(1), code: 1000, by: "client" },
    ]);
  });

  it("shows payloads if they are asked for: of frames, events and messages, and no token in them", async () => {
    const { emulator, origin, open } = await start();
    const { response } = await open("?payloads=1");
    const client = await emulator.connect();
    client.send({ action: "authenticate", token: TOKEN, note: "kept 1" });
    await client.text();
    const headers = { authorization: "AWS4-HMAC-SHA256 Credential=x", "x-amz-target": "AWSEvents.PutEvents" };
    const Detail = JSON.stringify({ access: TOKEN, entityId: "order-17" });
    const Entries = [{ Source: "CLI", DetailType: "Entity Updated", Detail }];
    await fetch(origin, { method: "POST", headers, body: JSON.stringify({ Entries }) });
    const text = await readUntil(response, "message-deleted");

    expect(leaksIn(text, plantedTexts("no-secret", TOKEN))).toEqual([]);
    const payloads = jsonLines(text).flatMap(({ text, detail, body }): string[] => text ?? detail ?? body ?? []);
    const frame = '{"action":"authenticate","token":"…","note":"kept 1"}';
    expect(payloads.slice(0, 3)).toEqual([frame, frame, '{"access":"…","entityId":"order-17"}']);
    expect(payloads[3]).toContain("order-17");
  });

  it("refuses unknown kinds, and names the known ones", async () => {
    const { open } = await start();
    const { response } = await open("?kind=frame-sent,frames");
    expect([response.status, await response.json()]).toEqual([
      400,
      { message: expect.stringContaining("frame-received, frame-sent, ") },
    ]);
  });

  it("has sixteen readers at once; one that has left makes room, also if nothing happens", async () => {
    const { open } = await start();
    const readers = [];
    for (let number = 0; number < 16; number += 1) readers.push(await open());
    expect((await open()).response.status).toBe(503);
    readers[3]?.leave();
    while ((await open()).response.status !== 200) await new Promise((resolve) => setTimeout(resolve, 2));
  });

  it("tells a reader that does not read how many events it has lost, and fills no memory for it", async () => {
    const { emulator, origin } = await start();
    const reading = request(`${origin}/_local/events?kind=event-published&payloads=1`, { agent: false }).end();
    // Nothing reads this response yet.
    const [response] = (await once(reading, "response")) as [IncomingMessage];
    const headers = { authorization: "AWS4-HMAC-SHA256 Credential=x", "x-amz-target": "AWSEvents.PutEvents" };
    const Detail = JSON.stringify({ text: "long ".repeat(19_000) });
    const Entries = Array.from({ length: 10 }, () => ({ Source: "many", DetailType: "d", Detail }));
    const body = JSON.stringify({ Entries });
    // The buffers of the sockets hold some megabytes too.
    for (let number = 0; number < 12; number += 1) await fetch(origin, { method: "POST", headers, body });
    let text = "";
    for await (const piece of response.setEncoding("utf8")) {
      text += piece;
      if (text.includes("events-lost")) break;
    }
    const events = text
      .split("\n\n")
      .slice(0, -1)
      .map((one): Json => JSON.parse(one.replace("data: ", "")));
    const lost = events.find(({ kind }) => kind === "events-lost");
    const seen = events.filter(({ source }) => source === "many").length;

    expect(seen + lost.count).toBe(120);
    expect(lost.count).toBeGreaterThan(0);
    expect(emulator.recording.failures).toEqual([]);
  });

  it("can only be read", async () => {
    const { origin } = await start();
    expect((await fetch(`${origin}/_local/events`, { method: "POST" })).status).toBe(405);
  });
});
