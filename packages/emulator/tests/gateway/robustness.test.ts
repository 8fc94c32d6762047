import { once } from "node:events";
import fc from "fast-check";
import { expect, it } from "vitest";
import { startEmulator, type TestClient, type TestEmulator } from "../../src/testing.ts";
import { clientFrame } from "../support/client-frame.ts";
import { deferred } from "../support/deferred.ts";
import { allow, type Handler, ok } from "../support/handlers.ts";
import { openSocket, upgradeText } from "../support/raw-socket.ts";

const echo: Handler = ({ body }) => ({ statusCode: 200, body });

function start(): Promise<TestEmulator> {
  const functions = { Authorizer: allow, Connect: ok, Disconnect: ok, Echo: echo };
  return startEmulator({
    functions,
    routes: { $connect: "Connect", $disconnect: "Disconnect", $default: { function: "Echo", routeResponse: true } },
    authorizer: "Authorizer",
  });
}

/** Sends bytes, ends the socket, and waits until the other side ends it too. */
async function send(port: number, bytes: Buffer): Promise<void> {
  const socket = await openSocket(port);
  socket.on("error", () => {}).resume();
  const closed = once(socket, "close");
  socket.end(bytes);
  await closed;
}

it("attack:F17 attack:G8 after any bytes the next client is served", { timeout: 60_000 }, async () => {
  await using emulator = await start();
  const handshake = Buffer.from(upgradeText());
  const cut = fc.nat(handshake.length);
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((noise) => Buffer.from(noise)),
    fc
      .tuple(cut, fc.uint8Array({ maxLength: 20 }))
      .map(([at, noise]) => Buffer.concat([handshake.subarray(0, at), noise, handshake.subarray(at)])),
    fc.uint8Array({ maxLength: 300 }).map((noise) => Buffer.concat([handshake, noise])),
    fc
      .array(fc.record({ opcode: fc.nat(15), fin: fc.boolean(), masked: fc.boolean(), payload: fc.string() }), {
        maxLength: 6,
      })
      .map((frames) => {
        return Buffer.concat([handshake, ...frames.map(({ payload, ...frame }) => clientFrame(payload, frame))]);
      }),
  );
  await fc.assert(
    fc.asyncProperty(bytes, (sent) => send(emulator.port, sent)),
    { numRuns: 300 },
  );
  const client = await emulator.connect();
  client.send("still here?");
  expect(await client.text()).toBe("still here?");
});

it("every accepted connection has one $disconnect, however it ended", { timeout: 60_000 }, async () => {
  const emulator = await start();
  const endings: ((client: TestClient) => void)[] = [
    ({ ws }) => ws.close(),
    ({ ws }) => ws.terminate(),
    ({ ws }) => ws.send(Buffer.from("binary")),
    ({ ws }) => ws.send("x".repeat(40_000)),
    () => {},
  ];
  await fc.assert(
    fc.asyncProperty(fc.nat(endings.length - 1), async (ending) => endings[ending]?.(await emulator.connect())),
    { numRuns: 50 },
  );
  await emulator.close();
  const idsOf = (name: string) =>
    emulator.recording
      .eventsOf(name)
      .map(({ requestContext }) => requestContext.connectionId)
      .sort();
  expect(idsOf("Disconnect")).toEqual(idsOf("Connect"));
});

it("a handshake during the gateway's end is refused, and $disconnect undoes $connect", async () => {
  const asked = deferred();
  const go = deferred();
  const told = deferred();
  const Connect: Handler = async () => {
    asked.resolve();
    await go.promise;
    return { statusCode: 200 };
  };
  const emulator = await startEmulator({
    functions: { Connect, Disconnect: () => told.resolve() },
    routes: { $connect: "Connect", $disconnect: "Disconnect" },
  });
  const status = emulator.handshakeStatus().catch(() => "no answer");
  await asked.promise;
  await emulator.close();
  go.resolve();
  await told.promise;
  expect(await status).toBe("no answer");
});
