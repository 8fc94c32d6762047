import { Companion } from "./companion.ts";
import type { CpuTime } from "./subjects/announce.ts";

export type Running = {
  readonly server: Companion;
  readonly clients: Companion;
  readonly port: number;
  /** The CPU time of the server so far, in microseconds. */
  cpuMicros(): Promise<number>;
};

/** A new server and new clients, each a process of its own, gone when the work is done. */
export async function withServer<T>(
  files: { readonly server: string; readonly clients: string },
  work: (running: Running) => Promise<T>,
): Promise<T> {
  const server = Companion.start(files.server);
  const clients = Companion.start(files.clients);
  const cpuMicros = async () => (await server.ask<CpuTime>({})).cpuMicros;
  try {
    const { port } = await server.hear<{ port: number }>();
    return await work({ server, clients, port, cpuMicros });
  } finally {
    await Promise.all([server.end(), clients.end()]);
  }
}
