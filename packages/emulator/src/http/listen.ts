import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Programs of this machine reach the emulator here, wherever else it listens: functions are told no other address. */
export const OWN_HOST = "127.0.0.1";

/** Addresses that stand for all addresses of the machine. */
export const EVERY_ADDRESS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

export type Listeners = {
  readonly port: number;
  /** Accepts no more connections. */
  stop(): void;
  closeAllConnections(): void;
};

/** Listens on a host and on 127.0.0.1, on one port; 0 is any free one. Rejects if the port or the host cannot be used. */
export async function listen(
  makeServer: () => Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listeners> {
  const servers: Server[] = [];
  async function listenOn(address: string, at: number): Promise<AddressInfo> {
    const server = makeServer().listen(at, address);
    servers.push(server);
    await once(server, "listening");
    return server.address() as AddressInfo;
  }
  const stop = () => {
    for (const server of servers) server.close();
  };
  try {
    const bound = await listenOn(host, port);
    // A name may be that of 127.0.0.1.
    if (!EVERY_ADDRESS.has(bound.address) && bound.address !== OWN_HOST) await listenOn(OWN_HOST, bound.port);
    return {
      port: bound.port,
      stop,
      closeAllConnections() {
        for (const server of servers) server.closeAllConnections();
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}
