import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";

const logger = `
  import { PinoLogger } from "./src/adapters/pino/pino-logger.ts";
  import { stdoutDestination } from "./src/adapters/pino/stdout-destination.ts";
  import { SystemClock } from "./src/adapters/system/system.ts";
  const logger = new PinoLogger({
    level: "INFO", service: "s", clock: new SystemClock(), destination: stdoutDestination(),
  });`;

function run(script: string) {
  return spawn(process.execPath, ["--input-type=module-typescript", "--eval", logger + script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

describe("stdoutDestination", () => {
  it("has written a line when the call returns, so that a process that stops at once loses nothing", async () => {
    const child = run(`logger.info("last words"); process.kill(process.pid, "SIGKILL");`);

    const [output, [, signal]] = await Promise.all([text(child.stdout), once(child, "exit")]);

    expect(signal).toBe("SIGKILL");
    expect(JSON.parse(output)).toMatchObject({ message: "last words" });
  });

  it("fault:23 outlives a reader that went away", async () => {
    const child = run(`
      const timer = setInterval(() => logger.info("to nobody"), 1);
      setTimeout(() => { clearInterval(timer); process.exitCode = 7; }, 100);`);
    child.stdout.destroy();

    const [code] = await once(child, "exit");

    expect(code).toBe(7);
  });

  it("fault:23 does not wait for a reader that does not read", async () => {
    // Touching process.stdout makes the pipe non-blocking, as in any process that also prints.
    const child = run(`
      process.stdout.write("");
      for (let line = 0; line < 20_000; line += 1) logger.info("x".repeat(200));
      process.exit(7);`);

    const [code] = await once(child, "exit");

    expect(code).toBe(7);
  });
});
