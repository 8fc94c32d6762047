import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { DEFAULT_ACCOUNT } from "../../src/aws-account.ts";
import { Clock } from "../../src/clock/clock.ts";
import { Faults } from "../../src/faults/faults.ts";
import { makeFunctions } from "../../src/lambda/functions.ts";
import { executions } from "../../src/lambda/in-process-host.ts";
import { connectTo } from "../../src/testing.ts";

/** Handlers with a fault outside of their result. Each runs in its own process: vitest catches such faults too. */
const PROGRAM = `
  import { EventEmitter } from "node:events";
  import { containFaults } from "./packages/emulator/src/lambda/contain-faults.ts";
  import { startEmulator } from "./packages/emulator/src/testing.ts";

  const never = () => new Promise(() => {});
  const functions = {
    Timer() { setTimeout(() => { throw new RangeError("in a timer"); }, 1); return never(); },
    Emitted() { const emitter = new EventEmitter(); setImmediate(() => emitter.emit("error", new Error("emitted"))); return never(); },
    Rejected() { void Promise.reject(new TypeError("not handled")); return never(); },
    Late() { setTimeout(() => { throw new Error("late"); }, 20); return "answered"; },
    Exit({ code }) { process.exit(code); },
    ExitLater() { setTimeout(() => process.exit(3), 1); return never(); },
    Both: async () => { setTimeout(() => process.exit(0), 1); await new Promise((resolve) => setTimeout(resolve, 50)); return "after"; },
    Waits: () => new Promise((resolve) => setTimeout(resolve, 300, "waited")),
    Connect: () => ({ statusCode: 200 }),
    Failures: () => emulator.recording.failures,
    OwnFault() { queueMicrotask(() => {}); ownFault(); },
  };
  containFaults((fault) => { console.error("own fault", fault.message); process.exit(9); });
  const emulator = await startEmulator({ functions, routes: { $connect: "Connect" } });
  let ownFault;
  new Promise((resolve) => { ownFault = resolve; }).then(() => { throw new Error("of the runtime"); });
  console.log(emulator.port);`;

let child: ChildProcess | undefined;

afterEach(() => {
  child?.kill("SIGKILL");
});

async function start(): Promise<{ port: number; program: ChildProcess }> {
  const program = spawn(process.execPath, ["--input-type=module-typescript", "--eval", PROGRAM], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  child = program;
  const [line] = await once(program.stdout, "data");
  return { port: Number(line), program };
}

async function invoke(port: number, name: string, event: object = {}): Promise<unknown> {
  const url = `http://127.0.0.1:${port}/2015-03-31/functions/${name}/invocations`;
  return (await fetch(url, { method: "POST", body: JSON.stringify(event) })).json();
}

const exitError = (text: string) => ({
  errorType: "Runtime.ExitError",
  errorMessage: expect.stringMatching(new RegExp(`^RequestId: [0-9a-f-]{36} Error: ${text}$`)),
  trace: [],
});

describe("a fault that no handler returns", () => {
  it("ends its own invocation as on Lambda, and no other invocation or socket", async () => {
    const { port } = await start();
    const client = await connectTo(`ws://127.0.0.1:${port}/dev`);
    const waiting = invoke(port, "Waits");

    expect(await invoke(port, "Timer")).toMatchObject({ errorType: "RangeError", errorMessage: "in a timer" });
    expect(await invoke(port, "Emitted")).toMatchObject({ errorType: "Error", errorMessage: "emitted" });
    expect(await invoke(port, "Rejected")).toMatchObject({
      errorType: "Runtime.UnhandledPromiseRejection",
      errorMessage: "TypeError: not handled",
    });
    expect(await invoke(port, "Exit", { code: 0 })).toEqual(exitError("Runtime exited without providing a reason"));
    expect(await invoke(port, "Exit", { code: 4 })).toEqual(exitError("Runtime exited with error: exit status 4"));
    expect(await invoke(port, "ExitLater")).toEqual(exitError("Runtime exited with error: exit status 3"));
    expect(await invoke(port, "Both")).toEqual(exitError("Runtime exited without providing a reason"));

    expect(await waiting).toBe("waited");
    expect(client.ws.readyState).toBe(client.ws.OPEN);
    client.terminate();
  });

  it("is reported when its invocation has ended already", async () => {
    const { port } = await start();

    expect(await invoke(port, "Late")).toBe("answered");
    let failures: unknown = [];
    while (Array.isArray(failures) && failures.length === 0) failures = await invoke(port, "Failures");

    expect(failures).toMatchObject([{ errorType: "Error", errorMessage: "late" }]);
  });

  it("frees its place among the concurrent executions", async () => {
    const handler = () => {
      executions.getStore()?.fail({ errorType: "Error", errorMessage: "in a timer", trace: [] });
      return new Promise(() => {});
    };
    const fn = { name: "Timer", handler, timeoutSeconds: 60, memoryMegabytes: 128 };
    const functions = makeFunctions({
      account: DEFAULT_ACCOUNT,
      functions: [fn],
      scheduler: new Clock(),
      observe: () => {},
      faults: new Faults(),
    });
    const kinds = new Set<string>();
    for (let call = 0; call < 1_001; call += 1) kinds.add((await functions.invoke("Timer", {})).kind);

    expect([...kinds]).toEqual(["failed"]);
  });

  it("outside of every invocation ends the emulator with a message", async () => {
    const { port, program } = await start();
    const exit = once(program, "exit");
    const [[message]] = await Promise.all([
      once(program.stderr ?? program, "data"),
      invoke(port, "OwnFault").catch(() => {}),
    ]);

    expect(String(message)).toBe("own fault of the runtime\n");
    expect((await exit)[0]).toBe(9);
  });
});
