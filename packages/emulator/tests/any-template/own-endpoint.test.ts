import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { connectTo, startEmulator } from "../../src/testing.ts";

const TEMPLATE = "packages/emulator/tests/fixtures/workers/posts.yaml";

/** A port of this machine that cuts off every caller. */
async function cuttingPort(): Promise<number> {
  const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

describe("gw:event-33 a handler that builds https URLs from its event", () => {
  it.each(["127.0.0.1", "localhost"])("reaches the emulator with the SDK's @connections client: %s", async (host) => {
    await using emulator = await startEmulator({ template: TEMPLATE });
    const client = await connectTo(emulator.url.replace("127.0.0.1", host));
    client.send({ action: "any" });
    expect(await client.text()).toBe("through https");
    client.terminate();
  });

  it("reaches it with node:https and fetch, and no other address", async () => {
    await using emulator = await startEmulator({ template: TEMPLATE });
    const other = `127.0.0.1:${await cuttingPort()}`;
    expect(await emulator.invoke("Post", { address: `127.0.0.1:${emulator.port}`, other })).toEqual({
      ...{ asOptions: 200, asUrl: 200, get: 403, fetched: 200, fetchedRequest: { greeting: "hello x" } },
      // The services that are emulated and the API, by their names at AWS.
      ...{ service: 200, serviceFetched: 200 },
      ...{ secrets: 403, ownApi: 400, ownApiFetched: 400 },
      // TLS was begun there.
      ...{ other: "ECONNRESET", otherFetched: "ECONNRESET" },
    });
  });
});
