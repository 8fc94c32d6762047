import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { connectTo, handshakeStatus } from "@portcullis/emulator/testing";
import { decodeJwt } from "jose";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { missingPackages, readPackages } from "../../../scripts/with-node/lockfile.mjs";
import { freePort } from "../../support/emulator-parts.ts";

type Program = { readonly child: ChildProcess; output(): string; readonly exit: Promise<number | null> };

const started: ChildProcess[] = [];

/** In this case the start script would run `npm ci`, which would break every other running test. */
beforeAll(() => {
  const wanted = readPackages("package-lock.json") ?? {};
  const installed = readPackages("node_modules/.package-lock.json") ?? {};
  if (missingPackages(wanted, installed, { platform: process.platform, arch: process.arch }).length > 0) {
    throw new Error("dependencies are not those of the lockfile: let `npm start -- --help` install them first");
  }
});

afterEach(() => {
  for (const { exitCode, signalCode, pid } of started.splice(0)) {
    if (exitCode === null && signalCode === null) process.kill(-(pid ?? 0), "SIGKILL");
  }
});

/** A script of package.json, in its own process group as in a terminal. */
function npm(script: string, args: readonly string[], environment: Record<string, string> = {}): Program {
  const child = spawn("npm", ["run", "--silent", script, "--", ...args], {
    detached: true,
    env: { ...process.env, ...environment },
  });
  started.push(child);
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  child.stderr.on("data", (chunk) => {
    text += chunk;
  });
  return { child, output: () => text, exit: once(child, "close").then(([code]) => code) };
}

async function startOn(port: number, args: readonly string[] = []): Promise<Program> {
  const program = npm("start", ["--port", String(port), ...args]);
  while (!program.output().includes("Ctrl-C")) {
    if (program.child.exitCode !== null) throw new Error(`it ended: ${program.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return program;
}

/** Ctrl-C: the signal goes to every process of the terminal's group. */
function interrupt({ child }: Program, signal: NodeJS.Signals): void {
  process.kill(-(child.pid ?? 0), signal);
}

async function tokenFor(port: number, userId: string): Promise<string> {
  const program = npm("token", ["--user-id", userId, "--port", String(port)]);
  expect(await program.exit).toBe(0);
  return program.output().trim();
}

describe("npm start", () => {
  it("runs the handlers: a token, both ways in, 401 without, a reply, and goodbye on Ctrl-C", {
    timeout: 30_000,
  }, async () => {
    const port = await freePort();
    const secret = "canary-0123456789-abcdefghij-klmnop";
    const program = await startOn(port, ["--jwt-secret", secret]);
    const url = `ws://127.0.0.1:${port}/dev`;
    const token = await tokenFor(port, "ann");

    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(await handshakeStatus(url)).toBe(401);
    expect(await handshakeStatus(`${url}?access_token=${token.slice(0, -2)}`)).toBe(401);
    expect(await handshakeStatus(`${url}?access_token=${token}`, { subprotocols: ["websocket", token] })).toBe(401);
    expect(await handshakeStatus(`${url}?access_token=${token}`)).toBe(101);
    const client = await connectTo(url, { subprotocols: ["websocket", token] });
    expect(client.ws.protocol).toBe("websocket");
    client.send({ action: "nonsense" });
    expect(await client.json()).toMatchObject({ type: "error", code: "UNKNOWN_ACTION" });

    interrupt(program, "SIGINT");
    expect(await client.closed()).toEqual({ code: 1001, reason: "Going away" });
    expect(await program.exit).toBe(0);
    for (const canary of [secret, ...token.split(".").slice(1)]) expect(program.output()).not.toContain(canary);
  });

  it("SIGTERM ends it as well", { timeout: 30_000 }, async () => {
    const program = await startOn(await freePort());
    interrupt(program, "SIGTERM");
    expect(await program.exit).toBe(0);
  });

  it("prints its goodbye and ends when npm is killed", { timeout: 30_000 }, async () => {
    const port = await freePort();
    const program = await startOn(port);
    const client = await connectTo(`ws://127.0.0.1:${port}/dev`, {
      subprotocols: ["websocket", await tokenFor(port, "ann")],
    });

    program.child.kill("SIGKILL");

    expect(await client.closed()).toEqual({ code: 1001, reason: "Going away" });
    await program.exit;
  });

  it("a busy port is one clear line and exit code 2", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const program = npm("start", ["--port", String(port)]);
    expect(await program.exit).toBe(2);
    expect(program.output()).toBe(
      `portcullis: port ${port} is in use: end the program that listens there, or choose another with --port\n`,
    );
    server.close();
  });

  it.each([[["--prot", "1"]], [["--port", "x"]], [["--jwt-secret", "short"]]])(
    "%j is one clear line and exit code 2",
    async (args) => {
      const program = npm("start", args);
      expect(await program.exit).toBe(2);
      expect(program.output()).toMatch(/^portcullis: [^\n]+\n$/);
    },
  );

  it("settings that the functions refuse are one clear line too", async () => {
    const program = npm("start", ["--port", String(await freePort()), "--parameter", "AllowedOrigins=x"]);
    expect(await program.exit).toBe(2);
    expect(program.output()).toMatch(/^portcullis: [^\n]+\n$/);
  });

  it("beyond loopback names the risk, and prints a key once that other machines need", {
    timeout: 30_000,
  }, async () => {
    const port = await freePort();
    const program = await startOn(port, ["--host", "0.0.0.0", "--frames"]);
    const [, key = "none"] = /^portcullis: the key of this run, .*: ([\w-]{32})$/m.exec(program.output()) ?? [];
    const client = await connectTo(`ws://127.0.0.1:${port}/dev`, {
      subprotocols: ["websocket", await tokenFor(port, "ann")],
    });
    client.send({ action: "nonsense" });
    await client.text();
    while (!/ out .*UNKNOWN_ACTION/.test(program.output())) await new Promise((resolve) => setTimeout(resolve, 20));

    expect(program.output()).toMatch(/^portcullis: listening on 0\.0\.0\.0: every machine /m);
    expect(program.output().split(key)).toHaveLength(2);
  });

  it("an address of another machine is one clear line and exit code 2", async () => {
    const program = npm("start", ["--port", String(await freePort()), "--host", "203.0.113.9"]);
    expect(await program.exit).toBe(2);
    expect(program.output()).toBe(
      "portcullis: 203.0.113.9 is no address of this machine: choose another with --host\n",
    );
  });

  it("--help prints the flags and starts nothing", async () => {
    const program = npm("start", ["--help"]);
    expect(await program.exit).toBe(0);
    expect(program.output()).toContain("--jwt-secret");
  });
});

describe("npm run token", () => {
  it("without npm start is one clear line", async () => {
    const program = npm("token", ["--user-id", "ann", "--port", String(await freePort())]);
    expect(await program.exit).toBe(1);
    expect(program.output()).toMatch(/^portcullis: no response on port \d+: is npm start running there\?\n$/);
  });

  it("with something else on the port is one clear line", async () => {
    const server = createHttpServer((_, response) => response.writeHead(501).end("<!DOCTYPE html>"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const program = npm("token", ["--user-id", "ann", "--port", String(port)]);
    expect(await program.exit).toBe(1);
    expect(program.output()).toBe(
      `portcullis: port ${port} returned no token: status 501, is npm start running there?\n`,
    );
    server.close();
  });

  it("with an npm start that has no such function is one clear line", async () => {
    const port = await freePort();
    await startOn(port, ["--parameter", "FunctionNamePrefix=staging-"]);
    const program = npm("token", ["--user-id", "ann", "--port", String(port)]);
    expect(await program.exit).toBe(1);
    expect(program.output()).toMatch(/^portcullis: port \d+ mints no test tokens: [^\n]+\n$/);
  });

  it("grants everything unless told otherwise: what it is told, or nothing", async () => {
    const port = await freePort();
    await startOn(port);
    const told = [[], ["--permissions", " subscribe:order-*  read:orders"], ["--permissions", ""]];
    const tokens = told.map(async (flags) => {
      const program = npm("token", ["--user-id", "ann", "--port", String(port), ...flags]);
      expect(await program.exit).toBe(0);
      return decodeJwt(program.output().trim())["permissions"];
    });
    expect(await Promise.all(tokens)).toEqual([["subscribe:*"], ["subscribe:order-*", "read:orders"], []]);
  });

  it("with a permission that has no meaning is one clear line and exit code 2, without the permission", async () => {
    const program = npm("token", ["--user-id", "ann", "--permissions", "subscribe:*-17"]);
    expect(await program.exit).toBe(2);
    expect(program.output()).toMatch(/^portcullis: --permissions must be grants as subscribe:order-\*, [^\n]*\n$/);
    expect(program.output()).not.toContain("17");
  });

  it("without a user id is one clear line and exit code 2", async () => {
    const program = npm("token", []);
    expect(await program.exit).toBe(2);
    expect(program.output()).toMatch(/^portcullis: --user-id is missing[^\n]*\n$/);
  });
});
