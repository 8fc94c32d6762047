import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { runFixtureInTest } from "../support/run-fixture.ts";
import { connect } from "../support/web-socket-client.ts";

const TEMPLATE = "packages/emulator/tests/fixtures/workers/posts.yaml";

/** A port of this machine that cuts off every caller. */
async function cuttingPort(): Promise<number> {
  const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

describe("a handler that builds https URLs from its event", () => {
  it.each(["127.0.0.1", "localhost"])("reaches the emulator with the SDK's @connections client: %s", async (host) => {
    const { url } = await runFixtureInTest(TEMPLATE);
    const client = await connect(url.replace("127.0.0.1", host));
    client.send({ action: "any" });
    expect(await client.text()).toBe("through https");
    client.ws.terminate();
  });

  it("reaches it with node:https and fetch, and no other address", async () => {
    const { invoke, port } = await runFixtureInTest(TEMPLATE);
    const other = `127.0.0.1:${await cuttingPort()}`;
    expect(await invoke("Post", { address: `127.0.0.1:${port}`, other })).toEqual({
      ...{ asOptions: 200, asUrl: 200, get: 403, fetched: 200, fetchedRequest: { greeting: "hello x" } },
      // The services that are emulated, by their names at AWS.
      ...{ service: 200, serviceFetched: 200, secrets: 200 },
      // TLS was begun there.
      ...{ other: "ECONNRESET", otherFetched: "ECONNRESET" },
    });
  });
});
