/** Sends the server's port to the parent, and its CPU time so far to each question. */
export function announce(port: number): void {
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMicros: user + system });
  });
  process.send?.({ port });
}

export type CpuTime = { readonly cpuMicros: number };
