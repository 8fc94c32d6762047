import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export type CpuTime = { readonly cpuMicros: number };
/** The bytes of all objects that are still in use. */
export type LiveMemory = { readonly liveBytes: number };

/** Sends the server's port to the parent. Answers each question with the CPU time so far, or with the live memory. */
export function announce(port: number): void {
  process.on("message", ({ of }: { readonly of?: "memory" }) => {
    process.send?.(of === "memory" ? liveMemory() : cpuTime());
  });
  process.send?.({ port });
}

function cpuTime(): CpuTime {
  const { user, system } = process.cpuUsage();
  return { cpuMicros: user + system };
}

function liveMemory(): LiveMemory {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, external } = process.memoryUsage();
  return { liveBytes: heapUsed + external };
}
