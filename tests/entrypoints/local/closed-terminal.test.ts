import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, it } from "vitest";
import { freePort } from "../../support/emulator-parts.ts";

let child: ChildProcess | undefined;

afterEach(() => {
  child?.kill("SIGKILL");
});

async function invoke(port: number, name: string): Promise<unknown> {
  const url = `http://127.0.0.1:${port}/2015-03-31/functions/${name}/invocations`;
  return (await fetch(url, { method: "POST", body: "{}" })).json();
}

it("a closed terminal does not end the process", async () => {
  const port = await freePort();
  const program = spawn(process.execPath, ["src/entrypoints/local/main.ts", "--port", String(port)]);
  child = program;
  await once(program.stdout, "data");
  program.stdout.destroy();
  program.stderr.destroy();

  // Each of these requests is reported in the terminal.
  for (let call = 0; call < 3; call += 1) {
    expect(await invoke(port, "DeliverPushes")).toMatchObject({ errorMessage: "BatchFailed" });
  }
  expect(program.exitCode).toBeNull();
});
