import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { makeHttpServer } from "../../src/entrypoints/local/http/http-server.ts";
import type { HttpService } from "../../src/entrypoints/local/http/http-service.ts";

/** Services of the local runtime on its HTTP server, on a port of their own, for real clients. */
export async function serveHttpServices(
  ...services: readonly HttpService[]
): Promise<{ readonly origin: string; readonly close: () => Promise<void> }> {
  const server = makeHttpServer({ services, onUpgrade: (_request, socket) => socket.destroy() });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
