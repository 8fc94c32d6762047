import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { startEmulator } from "../../src/testing.ts";

const TEMPLATE = "packages/emulator/tests/fixtures/workers/posts.yaml";

/** Answers each GetItem with an item, as DynamoDB Local would. */
async function dynamodb() {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    request.resume().on("end", () => response.end('{"Item":{"id":{"S":"1"}}}'));
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

describe("a handler that calls DynamoDB", () => {
  it("reaches the address that is given, with credentials of no account", async () => {
    const { endpoint, requests } = await dynamodb();
    await using emulator = await startEmulator({ template: TEMPLATE, endpoints: { dynamodb: endpoint } });
    expect(await emulator.invoke("Table")).toEqual({ id: { S: "1" } });
    expect(requests.map(({ headers }) => [headers["x-amz-target"], headers.authorization])).toEqual([
      ["DynamoDB_20120810.GetItem", expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=functions\//)],
    ]);
  });

  it("gets one error that says what to do, without an address", async () => {
    await using emulator = await startEmulator({ template: TEMPLATE });
    expect(await emulator.invoke("Table")).toMatchObject({
      errorType: "UnknownOperationException",
      errorMessage: expect.stringMatching(/^DynamoDB is not emulated\. .* --dynamodb-endpoint http:/),
    });
  });

  // The second is the name of a member that every object has.
  it.each(["Kinesis_20131202.PutRecord", "constructor.name"])("gets an error of %s too", async (operation) => {
    await using emulator = await startEmulator({ template: TEMPLATE });
    const headers = { "X-Amz-Target": operation };
    const response = await fetch(emulator.endpoint, { method: "POST", headers, body: "{}" });
    expect([response.status, await response.json()]).toEqual([
      400,
      {
        __type: expect.stringMatching(/#UnknownOperationException$/),
        message: `${operation} is not emulated`,
      },
    ]);
  });
});
