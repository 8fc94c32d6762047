import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { Clock } from "../../src/clock/clock.ts";
import { ClientMemory } from "../../src/gateway/client-memory.ts";
import { ClientSocket } from "../../src/gateway/client-socket.ts";
import type { Closing } from "../../src/gateway/closing.ts";
import { connectTo } from "../../src/testing.ts";
import { clientFrame } from "../support/client-frame.ts";
import { openSocket, upgradeText } from "../support/raw-socket.ts";

const KB = 1024;

describe("the memory of all clients", () => {
  it("attack:N5 holds no more than its limit, and only clients that hold most are cut off", () => {
    const notes = fc.array(fc.record({ client: fc.nat(5), bytes: fc.nat(40) }), { maxLength: 60 });
    fc.assert(
      fc.property(notes, (steps) => {
        const memory = new ClientMemory(100);
        const held = new Map<number, number>();
        const holders = Array.from({ length: 6 }, (_, client) => ({
          terminate: () => {
            expect(held.get(client)).toBe(Math.max(...held.values()));
            held.delete(client);
          },
        }));
        for (const { client, bytes } of steps) {
          const holder = holders[client];
          if (holder === undefined) throw new Error("no such client");
          held.set(client, bytes);
          memory.note(holder, bytes);
          expect(memory.heldBytes).toBeLessThanOrEqual(100);
          expect(memory.heldBytes).toBe([...held.values()].reduce((sum, one) => sum + one, 0));
        }
      }),
    );
  });
});

/** A server whose clients share a memory of 600 KB, in place of 256 MB. */
async function startServer() {
  const memory = new ClientMemory(600 * KB);
  const clients: { readonly socket: ClientSocket; closing?: Closing }[] = [];
  const server = createServer().listen(0, "127.0.0.1");
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on("upgrade", (request, stream, head) => {
    webSockets.handleUpgrade(request, stream, head, (ws: WebSocket) => {
      const deps = { scheduler: new Clock(), memory };
      const onClosed = (closing: Closing) => {
        client.closing = closing;
      };
      const client: (typeof clients)[number] = {
        socket: new ClientSocket(ws, stream, deps, { onText: () => {}, onClosed }),
      };
      clients.push(client);
    });
  });
  await once(server, "listening");
  onTestFinished(() => {
    for (const { socket } of clients) socket.terminate();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { memory, clients, port };
}

describe("AG-9 all clients together", () => {
  it("attack:N5 cut off one that does not read, and leave those that do", async () => {
    const { memory, clients, port } = await startServer();
    const reader = await connectTo(`ws://127.0.0.1:${port}`);
    for (let slow = 0; slow < 3; slow += 1) (await connectTo(`ws://127.0.0.1:${port}`)).ws.pause();
    const [reading, ...others] = clients;
    const frame = "x".repeat(100 * KB);
    // The kernel takes some megabytes for each socket before bytes stay here.
    for (let frames = 0; frames < 300 && others.every(({ socket }) => socket.isOpen); frames += 1) {
      for (const { socket } of others) socket.send(frame);
      expect(memory.heldBytes).toBeLessThanOrEqual(600 * KB);
      reading?.socket.send("hello");
      expect(await reader.text()).toBe("hello");
    }
    await expect.poll(() => others.filter(({ closing }) => closing?.code === 1006).length).toBeGreaterThan(0);
    expect(reading?.socket.isOpen).toBe(true);
  });

  it("attack:N5 cut off one that leaves its messages unfinished", async () => {
    const { memory, clients, port } = await startServer();
    const part = clientFrame(Buffer.alloc(32 * KB), { fin: false });
    const rest = clientFrame(Buffer.alloc(32 * KB), { fin: false, opcode: 0 });
    const sockets = await Promise.all(Array.from({ length: 8 }, () => openSocket(port)));
    for (const socket of sockets) {
      socket.on("error", () => {}).resume();
      socket.write(upgradeText());
      socket.write(Buffer.concat([part, rest, rest]));
    }
    await expect.poll(() => clients.filter(({ closing }) => closing?.code === 1006).length).toBe(2);
    expect(memory.heldBytes).toBe(6 * 3 * (32 * KB + 128));
    for (const socket of sockets) socket.write(clientFrame("", { opcode: 0 }));
    await expect.poll(() => memory.heldBytes).toBe(0);
    expect(clients.filter(({ socket }) => socket.isOpen)).toHaveLength(6);
  });
});
