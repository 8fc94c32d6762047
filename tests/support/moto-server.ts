import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";

const MOTO = ".venv/bin/moto_server";
const STAMP = ".venv/.installed-from";

/** Whether scripts/verify-template.ts has installed moto. In CI a missing moto is a failure. */
export function hasMoto(): boolean {
  const found = existsSync(STAMP);
  if (!found && process.env["CI"] === "true")
    throw new Error("CI needs .venv, which scripts/verify-template.ts sets up");
  if (!found) console.warn("No .venv: the tests against moto are skipped. node scripts/verify-template.ts sets it up.");
  return found;
}

/** An empty moto server (an emulator of AWS) on a free port. */
export async function startMoto(): Promise<{ readonly endpoint: string; stop(): void }> {
  const server = spawn(MOTO, ["-H", "127.0.0.1", "-p", "0"], { stdio: ["ignore", "ignore", "pipe"] });
  const endpoint = await announcedAddress(server);
  return {
    endpoint,
    stop() {
      server.kill();
    },
  };
}

function announcedAddress(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    server.stderr?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(output) ?? [];
      if (address !== undefined) resolve(address);
    });
    server.once("exit", () => reject(new Error(`moto ended: ${output}`)));
  });
}
