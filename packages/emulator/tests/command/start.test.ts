import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../../src/http/free-port.ts";
import { connectTo } from "../../src/testing.ts";

const TEMPLATE = "packages/emulator/tests/fixtures/workers/faults.yaml";

let child: ChildProcess | undefined;

afterEach(() => {
  child?.kill("SIGKILL");
});

/** The command with these flags, and all that it prints. */
function run(...args: readonly string[]) {
  const program = spawn(process.execPath, ["packages/emulator/src/cli.ts", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  child = program;
  const printed = { out: "", err: "" };
  program.stdout.on("data", (chunk) => {
    printed.out += chunk;
  });
  program.stderr.on("data", (chunk) => {
    printed.err += chunk;
  });
  return { program, printed, exited: once(program, "close").then(([status]) => status) };
}

describe("the command portcullis-emulator", () => {
  it("runs a template, prints how to connect and what functions write, and closes sockets with 1001 at Ctrl-C", async () => {
    const port = await freePort();
    const { program, printed, exited } = run("--template", TEMPLATE, "--port", String(port));
    await expect.poll(() => printed.out, { timeout: 15_000 }).toContain(`npx wscat -c ws://127.0.0.1:${port}/dev`);
    const client = await connectTo(`ws://127.0.0.1:${port}/dev`);
    client.send("hello");
    expect(await client.text()).toContain("hello");
    const url = `http://127.0.0.1:${port}/2015-03-31/functions/Faults/invocations`;
    for (const event of [{ do: "write" }, { do: "throw" }]) {
      await (await fetch(url, { method: "POST", body: JSON.stringify(event) })).text();
    }
    program.kill("SIGINT");
    program.kill("SIGINT");

    expect((await client.closed()).code).toBe(1001);
    expect(await exited).toBe(0);
    expect(printed.out).toContain("\nFaults: a line\n");
    expect(printed.err).toContain("Faults: an error\n");
    expect(printed.err).toContain("portcullis-emulator: Faults failed: RangeError: too far\n");
  });

  it.each([
    [["--template", "none.yaml"], /^portcullis-emulator: none\.yaml: cannot be read \(ENOENT\)\n$/],
    [
      ["--template", "packages/emulator/tests/fixtures/jwt-authorizer/template.yaml"],
      /^portcullis-emulator: parameter TokenKey has no default: --parameter TokenKey=…\n$/,
    ],
    [["--template", TEMPLATE, "--parameter", "None=1"], /^portcullis-emulator: [^\n]*None[^\n]*\n$/],
    [["--what"], /^portcullis-emulator: Unknown option '--what' \(--help lists the flags\)\n$/],
  ])("ends with one line and status 2: %j", async (args, message) => {
    const { printed, exited } = run(...args);

    expect(await exited).toBe(2);
    expect(printed).toEqual({ out: "", err: expect.stringMatching(message) });
  });

  it("says that its port is in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const { printed, exited } = run("--template", TEMPLATE, "--port", String(port));

    expect(await exited).toBe(2);
    expect(printed.err).toMatch(new RegExp(`^portcullis-emulator: port ${port} is in use: [^\n]*--port\n$`));
  });
});
