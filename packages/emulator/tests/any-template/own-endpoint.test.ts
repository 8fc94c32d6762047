import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { connectTo, startEmulator } from "../../src/testing.ts";
import { replaced } from "../support/project-template.ts";

const TEMPLATE = "packages/emulator/tests/fixtures/workers/posts.yaml";

/** Posts by fetch and by node:https, and to a stage, which the mapping of the domain does not have. */
const POSTS_TO_DOMAIN = `
const { request } = require("node:https");
const authorization = "AWS4-HMAC-SHA256 Credential=x/execute-api/aws4_request, SignedHeaders=host, Signature=" + "0".repeat(64);
exports.handler = async ({ requestContext: { domainName, stage, connectionId } }) => {
  const options = { method: "POST", headers: { authorization } };
  const path = "/@connections/" + encodeURIComponent(connectionId);
  const fetched = await fetch("https://" + domainName + path, { ...options, body: "1" });
  const asked = await new Promise((resolve, reject) =>
    request("https://" + domainName + path, options, resolve).on("error", reject).end("2"));
  const staged = await fetch("https://" + domainName + "/" + stage + path, { ...options, body: "3" });
  return { statusCode: 200, body: JSON.stringify([fetched.status, asked.statusCode, staged.ok]) };
};`;

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

  it("reaches it through a custom domain and its mapping, and no stage beside them", async () => {
    const text = replaced(
      readFileSync("packages/emulator/tests/fixtures/custom-domain/template.yaml", "utf8"),
      "CodeUri: functions/status, Handler: status.handler",
      `Handler: index.handler, InlineCode: ${JSON.stringify(POSTS_TO_DOMAIN)}`,
    );
    const parameters = { DeployDomain: "true", Domain: "ws.example.com", Zone: "Z1" };
    await using emulator = await startEmulator({ template: { text, file: "domain.yaml" }, parameters });
    const { port } = emulator;
    for (const Host of ["ws.example.com", `ws.example.com:${port}`]) {
      const client = await connectTo(`ws://127.0.0.1:${port}/`, { headers: { Host } });
      client.send({ service: "service", action: "status" });
      expect([await client.text(), await client.text(), await client.text()]).toEqual(["1", "2", "[200,200,false]"]);
      client.terminate();
    }
  });

  it("reaches it with node:https and fetch, and no other address", async () => {
    await using emulator = await startEmulator({ template: TEMPLATE });
    const other = `127.0.0.1:${await cuttingPort()}`;
    expect(await emulator.invoke("Post", { address: `127.0.0.1:${emulator.port}`, other })).toEqual({
      ...{ asOptions: 200, asUrl: 200, get: 403, fetched: 200, fetchedRequest: { greeting: "hello x" } },
      // The services that are emulated and the API, by their names at AWS.
      ...{ service: 200, serviceFetched: 200, secrets: 200, ownApi: 400, ownApiFetched: 400 },
      // TLS was begun there.
      ...{ other: "ECONNRESET", otherFetched: "ECONNRESET" },
    });
  });
});
