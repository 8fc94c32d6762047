import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Clock } from "../../src/clock/clock.ts";
import { makeAccess } from "../../src/http/access.ts";
import { BodyBudget } from "../../src/http/body-budget.ts";
import { makeHttpServer } from "../../src/http/http-server.ts";
import type { HttpService } from "../../src/http/http-service.ts";

/** Serves some of the emulator's services on a separate port, for real clients. */
export function serveHttpServices(...services: readonly HttpService[]): Promise<Served> {
  return serveWithin(new BodyBudget(64 * 1024 * 1024, new Clock()), ...services);
}

type Served = { readonly origin: string; readonly close: () => Promise<void> };

export async function serveWithin(budget: BodyBudget, ...services: readonly HttpService[]): Promise<Served> {
  const server = makeHttpServer({
    access: makeAccess({ host: "127.0.0.1" }),
    services,
    bodyBudget: () => budget,
    onUpgrade: (_request, socket) => socket.destroy(),
  });
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
