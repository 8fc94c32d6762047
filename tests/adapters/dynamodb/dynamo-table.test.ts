import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import { aConnection, aUserId, NOW } from "../../support/a-connection.ts";
import { tableAt } from "../../support/dynamodb-table.ts";

const servers: Server[] = [];

afterAll(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A store whose DynamoDB responds to every request like this. */
async function storeOver(answer: RequestListener): Promise<DynamoConnectionStore> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return new DynamoConnectionStore(tableAt(`http://127.0.0.1:${port}`));
}

function refuse(status: number, type: string): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: "no" }));
  };
}

const CALLS = {
  open: (store: DynamoConnectionStore) => store.open(aConnection(), []),
  close: (store: DynamoConnectionStore) => store.close(aConnection().id, NOW),
  liveConnectionsOf: (store: DynamoConnectionStore) => store.liveConnectionsOf(aUserId(), NOW),
};

const FAULTS: readonly (readonly [string, RequestListener])[] = [
  ["fault:L1 throttles", refuse(400, "ProvisionedThroughputExceededException")],
  ["fault:L1 fails", refuse(500, "InternalServerError")],
  ["fault:L1 is unavailable", (_request, response) => response.writeHead(503).end("<html>")],
  ["fault:L1 denies access", refuse(400, "AccessDeniedException")],
  ["has no such table", refuse(400, "ResourceNotFoundException")],
  ["fault:L1 hangs", () => undefined],
  ["fault:L1 hangs half-way", (_request, response) => response.writeHead(200).write('{"Items":')],
  ["fault:L1 resets the connection", (request) => request.socket.destroy()],
  ["responds in another format", (_request, response) => response.end("<html>")],
];

describe.concurrent("a call to a DynamoDB that", () => {
  describe.each(FAULTS)("%s", (_fault, answer) => {
    it.each(Object.entries(CALLS))("is an outage of the store: %s", async (_name, call) => {
      const store = await storeOver(answer);

      await expect(call(store)).rejects.toThrow(DependencyUnavailableError);
    });
  });

  it("fault:L1 recovers at once gives its normal result", async () => {
    let requests = 0;
    const store = await storeOver((request, response) => {
      requests += 1;
      if (requests < 3) refuse(500, "InternalServerError")(request, response);
      else response.end("{}");
    });

    expect(await store.open(aConnection(), [])).toBe("stored");
    expect(requests).toBe(3);
  });

  it("puts nothing of a request into a log or an error", async () => {
    const connection = aConnection();
    const store = await storeOver(refuse(400, "AccessDeniedException"));

    const error = await store.open(connection, []).catch((thrown: unknown) => thrown as Error);

    expect(JSON.stringify(error)).not.toContain(connection.id);
    expect((error as Error).message).toBe("CONNECTION_STORE is unavailable");
  });
});
