import { Console } from "node:console";
import { writeSync } from "node:fs";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { describe, expect, it } from "vitest";
import { startEmulator } from "../../src/testing.ts";
import { deferred } from "../support/deferred.ts";
import { type Handler, hanging } from "../support/handlers.ts";
import { STOPPED } from "../support/stopped-clock.ts";

const ID = "[\\da-f]{8}-[\\da-f-]{27}";

/** Starts the handlers, and a client of the SDK that asks for logs. */
async function startWithClient(functions: Readonly<Record<string, Handler>>) {
  const emulator = await startEmulator({ functions, routes: {}, clock: STOPPED });
  const account = { region: "us-east-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };
  const client = new LambdaClient({ ...account, endpoint: emulator.endpoint });
  const logOf = async (FunctionName: string): Promise<string> => {
    const { LogResult = "" } = await client.send(new InvokeCommand({ FunctionName, LogType: "Tail" }));
    return Buffer.from(LogResult, "base64").toString();
  };
  return { emulator, client, logOf };
}

describe("LogType Tail", () => {
  it("returns what the handler prints in any way, between Lambda's own lines", async () => {
    const { emulator, logOf } = await startWithClient({
      async Prints() {
        new Console(process.stdout).log("by the console");
        process.stderr.write(Buffer.from("by stderr, é\n"));
        // As pino writes.
        writeSync(1, "by writeSync\n");
        writeSync(1, Buffer.from("xby a part\nx"), 1, 10);
        await Promise.resolve();
        process.stdout.write("later\n");
      },
    });
    await using _ = emulator;
    const [, id, printed] =
      new RegExp(
        `^START RequestId: (${ID}) Version: \\$LATEST\\n([^]*)END RequestId: \\1\\nREPORT RequestId: \\1\\tDuration: 0\\.00 ms\\tBilled Duration: 0 ms\\tMemory Size: 128 MB\\tMax Memory Used: \\d+ MB\\t\\n$`,
      ).exec(await logOf("Prints")) ?? [];
    expect(id).toBeDefined();
    expect(printed).toBe("by the console\nby stderr, é\nby writeSync\nby a part\nlater\n");
  });

  it("keeps the last 4 KB", async () => {
    const { emulator, logOf } = await startWithClient({
      Long: () => void process.stdout.write(`begin ${"x".repeat(4_100)} end\n`),
    });
    await using _ = emulator;
    const log = await logOf("Long");
    expect(Buffer.byteLength(log)).toBe(4096);
    expect(log).toMatch(/^x+ end\nEND RequestId/);
  });

  it("keeps the output of invocations that run at once apart", async () => {
    const [both, one] = [deferred(), deferred()];
    const print = async (text: string) => {
      await both.promise;
      process.stdout.write(`${text}\n`);
    };
    const { emulator, logOf } = await startWithClient({
      One: () => {
        one.resolve();
        return print("one");
      },
      Two: () => {
        both.resolve();
        return print("two");
      },
    });
    await using _ = emulator;
    const first = logOf("One");
    await one.promise;
    const second = logOf("Two");
    expect(await first).toMatch(/LATEST\none\nEND/);
    expect(await second).toMatch(/LATEST\ntwo\nEND/);
  });

  it("has the error of a handler that fails, and the timeout of one that hangs", async () => {
    const { handler: Hangs, called } = hanging();
    const { emulator, logOf } = await startWithClient({
      Fails: () => Promise.reject(new RangeError("too far")),
      Hangs,
    });
    await using _ = emulator;
    const failed = new RegExp(`\\t${ID}\\tERROR\\tInvoke Error \\t(.*)\\nEND`).exec(await logOf("Fails"))?.[1];
    expect(JSON.parse(failed ?? "")).toEqual({
      errorType: "RangeError",
      errorMessage: "too far",
      stack: expect.arrayContaining(["RangeError: too far"]),
    });
    const hung = logOf("Hangs");
    await called;
    await emulator.clock.advance(60_000);
    expect(await hung).toMatch(
      new RegExp(
        `\\n2026-11-22T12:01:00.000Z ${ID} Task timed out after 60.00 seconds\\n\\nEND[^]*Duration: 60000.00 ms`,
      ),
    );
  });

  it("is returned only if it is asked for", async () => {
    const { emulator, client } = await startWithClient({ Fn: () => 1 });
    await using _ = emulator;
    expect((await client.send(new InvokeCommand({ FunctionName: "Fn" }))).LogResult).toBeUndefined();
  });
});
