import { describe, expect, it } from "vitest";
import { type ClockOptions, startEmulator, type TestClient, type TestEmulator } from "../../src/testing.ts";
import { clientFrame } from "../support/client-frame.ts";
import { deferred } from "../support/deferred.ts";
import { type Handler, type Json, ok } from "../support/handlers.ts";
import { openSocket, upgradeText } from "../support/raw-socket.ts";
import { STOPPED } from "../support/stopped-clock.ts";

const KB = 1024;

type Disconnected = { readonly code: number; readonly reason: string };

/** A connection whose messages are answered with their length, and a promise of its `$disconnect` event. */
async function connected(clock?: ClockOptions) {
  const told = deferred<Disconnected>();
  const Disconnect: Handler = ({ requestContext }) =>
    told.resolve({ code: requestContext.disconnectStatusCode, reason: requestContext.disconnectReason });
  const Length: Handler = ({ body }: Json) => ({ statusCode: 200, body: String(body.length) });
  const emulator = await startEmulator({
    functions: { Connect: ok, Disconnect, Length },
    routes: { $connect: "Connect", $disconnect: "Disconnect", $default: { function: "Length", routeResponse: true } },
    ...(clock && { clock }),
  });
  return { emulator, client: await emulator.connect(), told: told.promise };
}

/** `count` fragments of `size` bytes each, as one message. */
function sendFragments(client: TestClient, count: number, size: number): void {
  for (let sent = 0; sent < count; sent += 1) client.ws.send("x".repeat(size), { fin: sent === count - 1 });
}

describe("sizes", () => {
  it("gw:limit-1 attack:G5 a frame of 32 KB is accepted, one byte more closes with 1009", async () => {
    const { emulator, client, told } = await connected();
    await using _ = emulator;
    client.send("x".repeat(32 * KB));
    expect(await client.text()).toBe(String(32 * KB));
    client.send("x".repeat(32 * KB + 1));
    expect((await client.closed()).code).toBe(1009);
    expect(await told).toEqual({ code: 1009, reason: "" });
    expect(emulator.recording.eventsOf("Length"), "the large one reached no handler").toHaveLength(1);
  });

  it("gw:limit-1 messages before the large frame still count, also in one packet with it", async () => {
    const { emulator } = await connected();
    await using _ = emulator;
    const socket = await openSocket(emulator.port);
    const large = clientFrame("x".repeat(33 * KB));
    socket.write(Buffer.concat([Buffer.from(upgradeText()), clientFrame("ahead"), large, clientFrame("behind")]));
    for await (const chunk of socket) if (chunk.length === 0) break;
    expect(emulator.recording.eventsOf("Length").map(({ body }) => body)).toEqual(["ahead"]);
  });

  it("gw:limit-2 attack:G5 a message of 128 KB in frames is accepted, one byte more closes with 1009", async () => {
    const { emulator, client, told } = await connected();
    await using _ = emulator;
    sendFragments(client, 4, 30 * KB);
    expect(await client.text()).toBe(String(120 * KB));
    sendFragments(client, 4, 32 * KB);
    expect(await client.text()).toBe(String(128 * KB));
    sendFragments(client, 5, 30 * KB);
    expect((await client.closed()).code).toBe(1009);
    expect((await told).code).toBe(1009);
    expect(emulator.recording.eventsOf("Length")).toHaveLength(2);
  });

  it("gw:limit-2 a large frame in the middle of a message closes too", async () => {
    const { emulator, client } = await connected();
    await using _ = emulator;
    client.ws.send("a", { fin: false });
    client.ws.send("x".repeat(32 * KB + 1), { fin: true });
    expect((await client.closed()).code).toBe(1009);
  });

  it("gw:route-32 attack:G6 a binary message closes with 1003 and reaches no handler", async () => {
    const { emulator, client, told } = await connected();
    await using _ = emulator;
    client.ws.send(Buffer.from("hello"));
    const refused = { code: 1003, reason: "Binary is not supported" };
    expect(await client.closed()).toEqual(refused);
    expect(await told).toEqual(refused);
    expect(emulator.recording.eventsOf("Length")).toHaveLength(0);
  });
});

describe("broken frames", () => {
  const invalidUtf8 = Buffer.from([0x66, 0xff, 0x66]);
  const rows: readonly (readonly [title: string, code: number, bytes: Buffer])[] = [
    ["attack:G7 text that is not UTF-8", 1007, clientFrame(invalidUtf8)],
    [
      "attack:G7 split across fragments",
      1007,
      Buffer.concat([clientFrame(Buffer.from([0xc3]), { fin: false }), clientFrame("x", { opcode: 0 })]),
    ],
    ["attack:G8 a reserved opcode", 1002, clientFrame("x", { opcode: 3 })],
    ["attack:G8 a reserved bit", 1002, clientFrame("x", { reserved: 0x40 })],
    ["attack:G8 attack:G10 the compression bit", 1002, clientFrame("x", { reserved: 0x40, opcode: 1 })],
    ["attack:G8 no mask", 1002, clientFrame("x", { masked: false })],
    ["attack:G8 a continuation without a start", 1002, clientFrame("x", { opcode: 0 })],
    ["attack:G8 a reserved close code", 1002, clientFrame(Buffer.from([0x03, 0xed]), { opcode: 8 })],
    ["attack:G8 a ping of more than 125 bytes", 1002, clientFrame("x".repeat(126), { opcode: 9 })],
    ["attack:G8 a fragmented ping", 1002, clientFrame("x", { opcode: 9, fin: false })],
    ["attack:G8 a length beyond the safe integers", 1009, Buffer.from("81ffffffffffffffffff00000000", "hex")],
    ["attack:G8 a length in three bytes that one takes", 1002, clientFrame("x".repeat(125), { lengthBytes: 3 })],
    ["attack:G8 a length in nine bytes that three take", 1002, clientFrame("x".repeat(65_535), { lengthBytes: 9 })],
    ["attack:G8 a length of nothing in nine bytes", 1002, clientFrame("", { lengthBytes: 9 })],
    ["attack:G8 a ping's length in three bytes", 1002, clientFrame("x", { opcode: 9, lengthBytes: 3 })],
    ["attack:G8 a fragment's length in nine bytes", 1002, clientFrame("x", { fin: false, lengthBytes: 9 })],
  ];

  it.each(rows)("%s", async (_title, code, bytes) => {
    const { emulator, told, client } = await connected();
    await using _ = emulator;
    client.close();
    await told;
    const closeFrame = await closeCodeAfter(emulator, bytes);
    expect(closeFrame).toBe(code);
    await emulator.close();
    expect(emulator.recording.eventsOf("Disconnect").at(-1)?.requestContext.disconnectStatusCode).toBe(code);
    expect(emulator.recording.eventsOf("Length")).toHaveLength(0);
  });

  it("attack:G9 17,000 fragments of one byte", async () => {
    const { emulator } = await connected();
    await using _ = emulator;
    const fragment = clientFrame("x", { opcode: 0, fin: false });
    const flood = Buffer.concat([clientFrame("x", { fin: false }), ...Array.from({ length: 17_000 }, () => fragment)]);
    expect(await closeCodeAfter(emulator, flood)).toBe(1008);
  });
});

/** The code of the close frame that the gateway answers to raw bytes on a new connection. */
async function closeCodeAfter({ port }: TestEmulator, bytes: Buffer): Promise<number> {
  const socket = await openSocket(port);
  socket.write(Buffer.concat([Buffer.from(upgradeText()), bytes]));
  let received = Buffer.alloc(0);
  for await (const chunk of socket) received = Buffer.concat([received, chunk]);
  const frames = received.subarray(received.indexOf("\r\n\r\n") + 4);
  return frames[0] === 0x88 ? frames.readUInt16BE(2) : 0;
}

describe("time", () => {
  const MINUTE = 60_000;

  it("gw:limit-5 ten idle minutes close a connection with 1001", async () => {
    const { emulator, client, told } = await connected(STOPPED);
    await using _ = emulator;
    await emulator.clock.advance(10 * MINUTE - 1);
    expect(client.ws.readyState).toBe(client.ws.OPEN);
    await emulator.clock.advance(1);
    expect(await client.closed()).toEqual({ code: 1001, reason: "Going away" });
    expect(await told).toEqual({ code: 1001, reason: "Going away" });
    await emulator.close();
    expect(emulator.clock.pending, "no timer is left").toBe(0);
  });

  it("gw:limit-6 each message in either direction restarts the idle timeout", async () => {
    const { emulator, client } = await connected(STOPPED);
    await using _ = emulator;
    await emulator.clock.advance(9 * MINUTE);
    client.send("still here");
    await client.text();
    await emulator.clock.advance(10 * MINUTE - 1);
    expect(client.ws.readyState).toBe(client.ws.OPEN);
    await emulator.clock.advance(1);
    expect((await client.closed()).code).toBe(1001);
  });

  it("gw:limit-7 pings get a pong and do not restart the idle timeout", async () => {
    const { emulator, client } = await connected(STOPPED);
    await using _ = emulator;
    await emulator.clock.advance(9 * MINUTE);
    const pong = new Promise((resolve) => client.ws.once("pong", (data) => resolve(data.toString())));
    client.ws.ping("hi");
    expect(await pong).toBe("hi");
    await emulator.clock.advance(MINUTE);
    expect((await client.closed()).code).toBe(1001);
  });

  it("gw:limit-8 two hours close busy connections too", async () => {
    const { emulator, client, told } = await connected(STOPPED);
    await using _ = emulator;
    for (let minute = 5; minute < 120; minute += 5) {
      await emulator.clock.advance(5 * MINUTE);
      client.send("busy");
      await client.text();
    }
    await emulator.clock.advance(5 * MINUTE - 1);
    expect(client.ws.readyState).toBe(client.ws.OPEN);
    await emulator.clock.advance(1);
    expect(await client.closed()).toEqual({ code: 1001, reason: "Going away" });
    expect((await told).code).toBe(1001);
  });
});

describe("$disconnect is told the end of a connection", () => {
  it("gw:close-1 by a close without a code", async () => {
    const { emulator, client, told } = await connected();
    await using _ = emulator;
    client.close();
    expect((await client.closed()).code).toBe(1005);
    expect(await told).toEqual({ code: 1005, reason: "Client-side close frame status not set" });
  });

  it("gw:close-2 gw:close-3 by the client's code and reason", async () => {
    const { emulator, client, told } = await connected();
    await using _ = emulator;
    client.close(4001, "bye");
    expect(await told).toEqual({ code: 4001, reason: "bye" });
  });

  it("gw:close-6 by a lost connection", async () => {
    const { emulator, client, told } = await connected();
    await using _ = emulator;
    client.terminate();
    expect(await told).toEqual({ code: 1006, reason: "" });
  });

  it("gw:order-4 once, and the handler's result has no effect", async () => {
    const called = deferred();
    const Disconnect: Handler = () => {
      called.resolve();
      throw new Error("nobody listens");
    };
    await using emulator = await startEmulator({
      functions: { Connect: ok, Disconnect },
      routes: { $connect: "Connect", $disconnect: "Disconnect" },
    });
    const client = await emulator.connect();
    client.close();
    await called.promise;
    await client.closed();
    expect((await emulator.connect()).ws.readyState).toBe(client.ws.OPEN);
    expect(emulator.recording.eventsOf("Disconnect")).toHaveLength(1);
  });
});

describe("a client that does not read", () => {
  it("attack:G12 is cut off when too much waits for it, and other clients are not", async () => {
    const told = deferred<Disconnected>();
    const Disconnect: Handler = ({ requestContext }) =>
      told.resolve({ code: requestContext.disconnectStatusCode, reason: "" });
    const Large: Handler = () => ({ statusCode: 200, body: "x".repeat(128 * KB) });
    await using emulator = await startEmulator({
      functions: { Disconnect, Large },
      routes: { $disconnect: "Disconnect", $default: { function: "Large", routeResponse: true } },
    });
    const deaf = await emulator.connect();
    const other = await emulator.connect();
    deaf.ws.pause();
    for (let message = 0; message < 200; message += 1) deaf.send("more");
    expect((await told.promise).code).toBe(1006);
    other.send("hello");
    expect((await other.text()).length).toBe(128 * KB);
  });

  it("attack:G12 cannot pile up pongs by pings", async () => {
    const { emulator, client, told } = await connected();
    await using _ = emulator;
    client.ws.pause();
    const ping = setInterval(() => {
      for (let count = 0; count < 10_000 && client.ws.readyState === client.ws.OPEN; count += 1)
        client.ws.ping("x".repeat(125));
    }, 5);
    expect((await told).code).toBe(1006);
    clearInterval(ping);
  });
});

describe("a client that sends a flood", () => {
  it("attack:G11 of a thousand messages at once gets responses, and other clients get theirs first", async () => {
    const { emulator, client } = await connected();
    await using _ = emulator;
    const other = await emulator.connect();
    for (let message = 0; message < 1000; message += 1) client.send("flood");
    await client.text();
    other.send("hello");
    expect(await other.text()).toBe("5");
    for (let answer = 1; answer < 1000; answer += 1) expect(await client.text()).toBe("5");
  });

  it("attack:G11 beyond the account's quota gets an error frame for each message, and stays connected", async () => {
    await using emulator = await startEmulator({
      functions: { Echo: ({ body }: Json) => ({ statusCode: 200, body }) },
      routes: { $default: { function: "Echo", routeResponse: true } },
      quotas: { requests: { perSecond: 1, burst: 10 } },
    });
    const client = await emulator.connect();
    for (let message = 0; message < 1000; message += 1) client.send("flood");
    const answers = await Promise.all(Array.from({ length: 1000 }, () => client.text()));
    const turnedAway = answers.filter((answer) => answer !== "flood");
    expect(turnedAway.length).toBeGreaterThan(900);
    expect(new Set(turnedAway.map((answer) => JSON.parse(answer).message))).toEqual(new Set(["Too Many Requests"]));
    expect(client.ws.readyState).toBe(client.ws.OPEN);
  });
});
