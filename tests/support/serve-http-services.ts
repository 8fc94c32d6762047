import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { HttpRequest, HttpService } from "../../src/entrypoints/local/http/http-service.ts";

/** Services of the local runtime on a port of their own, for real clients. */
export async function serveHttpServices(
  ...services: readonly HttpService[]
): Promise<{ readonly origin: string; readonly close: () => Promise<void> }> {
  const server = createServer(async (incoming, outgoing) => {
    const request = await toRequest(incoming);
    for (const service of services) {
      const response = await service(request);
      if (response === undefined) continue;
      outgoing.writeHead(response.status, response.headers).end(response.body);
      return;
    }
    outgoing.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function toRequest(incoming: IncomingMessage): Promise<HttpRequest> {
  const { pathname, searchParams } = new URL(incoming.url ?? "/", "http://localhost");
  const { method = "GET", headers } = incoming;
  return { method, path: pathname, query: searchParams, headers, body: await buffer(incoming) };
}
