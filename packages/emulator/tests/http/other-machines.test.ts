import { once } from "node:events";
import { request } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type EmulatorEvent, type RunTemplateOptions, runTemplate } from "../../src/index.ts";
import { type ApiUnderTest, connectTo, startEmulator } from "../../src/testing.ts";
import { allow, ok } from "../support/handlers.ts";
import { smallTemplate } from "../support/small-template.ts";

const KEY = "key-of-this-run-0123456789";

/** A runtime whose every client counts as another machine. */
async function startForOthers(api: Partial<ApiUnderTest> = {}) {
  const emulator = await startEmulator({
    functions: { Authorizer: allow, Connect: ok, Echo: (event) => ({ statusCode: 200, body: JSON.stringify(event) }) },
    routes: { $connect: "Connect" },
    authorizer: "Authorizer",
    functionUrls: [{ id: "Echo", functionName: "Echo", permitted: true }],
    host: "0.0.0.0",
    key: KEY,
    isOwnPeer: () => false,
    ...api,
  });
  onTestFinished(() => emulator.close());
  return emulator;
}

type Sent = {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly host?: string;
  readonly localAddress?: string;
};

function statusOf(
  port: number,
  { path, method = "GET", headers = {}, host = "127.0.0.1", localAddress }: Sent,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, path, method, headers, localAddress }, (response) => {
      resolve(response.statusCode);
      response.destroy();
    });
    sent.on("error", reject).end(method === "POST" ? "{}" : undefined);
  });
}

const SQS = { "x-amz-target": "AmazonSQS.ListQueues", authorization: "AWS4-HMAC-SHA256 Credential=x/y" };
const EVENTS = { "x-amz-target": "AWSEvents.PutEvents", authorization: "AWS4-HMAC-SHA256 Credential=functions/y" };

describe("attack:P6 another machine without the key", () => {
  it.each<readonly [string, Sent]>([
    ["Invoke", { path: "/2015-03-31/functions/Echo/invocations", method: "POST" }],
    ["SQS", { path: "/", method: "POST", headers: SQS }],
    ["PutEvents, with the access key of functions", { path: "/", method: "POST", headers: EVENTS }],
    ["@connections", { path: "/dev/@connections/x" }],
    ["the page", { path: "/" }],
    ["/_local/connections", { path: "/_local/connections" }],
    ["/_local/queues", { path: "/_local/queues" }],
    ["/_local/events", { path: "/_local/events" }],
    ["unknown paths", { path: "/_local/unknown" }],
    ["a wrong key", { path: "/_local/queues", headers: { "x-emulator-key": `${KEY}x` } }],
    ["a key in the query", { path: `/_local/queues?key=${KEY}` }],
  ])("is refused at %s", async (_, sent) => {
    const emulator = await startForOthers({ services: [async () => ({ status: 200 })] });
    expect(await statusOf(emulator.port, sent)).toBe(401);
    expect(emulator.recording.eventsOf("Echo")).toEqual([]);
  });

  it("is told how to pass the key, in a way that SDKs and browsers understand", async () => {
    const emulator = await startForOthers();
    const response = await fetch(emulator.endpoint);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "www-authenticate": 'Basic realm="emulator", charset="UTF-8"',
      "x-amzn-errortype": "UnrecognizedClientException",
    });
    expect(await response.json()).toEqual({ message: expect.stringContaining("x-emulator-key") });
  });

  it("opens WebSockets, which the API's own authorizer judges, and calls function URLs, which are public", async () => {
    const emulator = await startForOthers();
    const client = await emulator.connect();
    client.close();
    expect(emulator.recording.eventsOf("Authorizer")).toHaveLength(1);
    expect(await statusOf(emulator.port, { path: "/_functions/Echo/" })).toBe(200);
  });
});

describe("another machine with the key", () => {
  it.each(["/_local/connections", "/_local/queues", "/_local/events"])("reads %s", async (path) => {
    const emulator = await startForOthers();
    expect(await statusOf(emulator.port, { path, headers: { "x-emulator-key": KEY } })).toBe(200);
    expect(await statusOf(emulator.port, { path, headers: { authorization: `Basic ${btoa(`x:${KEY}`)}` } })).toBe(200);
  });

  it("calls the AWS APIs with the real SDK, which needs the key as access key id and nothing else", async () => {
    const emulator = await startForOthers();
    const invoke = async (accessKeyId: string) => {
      const lambda = new LambdaClient({
        ...{ endpoint: emulator.endpoint, region: "us-east-1", maxAttempts: 1 },
        credentials: { accessKeyId, secretAccessKey: "any" },
      });
      onTestFinished(() => lambda.destroy());
      return lambda.send(new InvokeCommand({ FunctionName: "Echo", Payload: "{}" }));
    };
    await expect(invoke("local")).rejects.toMatchObject({ name: "UnrecognizedClientException" });
    expect((await invoke(KEY)).StatusCode).toBe(200);
  });

  it("shows no function the key, which a browser sends along, but any other credential", async () => {
    const emulator = await startForOthers();
    const basic = `Basic ${btoa(`x:${KEY}`)}`;
    for (const headers of [{ authorization: basic }, { "X-Emulator-Key": KEY, "x-other": "kept" }]) {
      expect(await statusOf(emulator.port, { path: "/_functions/Echo/", headers })).toBe(200);
      (await emulator.connect({ headers })).close();
    }
    const seen = JSON.stringify(emulator.recording.invocations.map(({ event }) => event));
    expect(seen).not.toContain(KEY);
    expect(seen).not.toContain(basic);
    expect(emulator.recording.eventsOf("Echo")[1].headers).toMatchObject({ "x-other": "kept" });
    await statusOf(emulator.port, { path: "/_functions/Echo/", headers: { authorization: "Bearer abc" } });
    expect(emulator.recording.eventsOf("Echo")[2].headers).toMatchObject({ authorization: "Bearer abc" });
  });

  it("attack:P6 is refused under a foreign name or from a foreign page all the same", async () => {
    const emulator = await startForOthers();
    for (const path of ["/_local/connections", "/_local/queues", "/_local/events", "/_functions/Echo/", "/dev"]) {
      for (const headers of [{ host: "evil.example" }, { origin: "https://evil.example" }]) {
        if (path === "/_functions/Echo/" && "origin" in headers) continue;
        expect(await statusOf(emulator.port, { path, headers: { "x-emulator-key": KEY, ...headers } })).toBe(403);
      }
    }
  });
});

describe("attack:P6 /_local on this machine", () => {
  it.each(["/_local/connections", "/_local/queues", "/_local/events"])(
    "is for no foreign page or name: %s",
    async (path) => {
      await using emulator = await startEmulator({ functions: {}, routes: {} });
      const embedded = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" };
      for (const headers of [
        { host: "evil.example" },
        { origin: "https://evil.example" },
        { origin: "null" },
        embedded,
      ]) {
        expect(await statusOf(emulator.port, { path, headers })).toBe(403);
      }
      expect(await statusOf(emulator.port, { path })).toBe(200);
    },
  );
});

const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === "::1"));
const network = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;

describe("runTemplate beyond loopback", () => {
  async function run(options: Partial<RunTemplateOptions>) {
    const warnings: string[] = [];
    const running = await runTemplate({
      template: { text: smallTemplate(), file: "small.yaml" },
      loadFunction: () => async () => ({ statusCode: 200 }),
      warn: (line) => warnings.push(line),
      ...options,
    });
    onTestFinished(() => running.close());
    return { running, warnings };
  }

  it("warns of the risk, and prints a new key once; nothing else has it", async () => {
    const events: EmulatorEvent[] = [];
    const inTerminal = vi.spyOn(console, "log");
    onTestFinished(() => inTerminal.mockRestore());
    const keys = [];
    for (const host of ["0.0.0.0", "0.0.0.0"]) {
      const { running, warnings } = await run({ host, observer: (event) => events.push(event) });
      const key = /: ([\w-]{32})$/.exec(warnings[1] ?? "")?.[1] ?? "";
      keys.push(key);
      expect(warnings).toEqual([
        expect.stringMatching(/^listening on 0\.0\.0\.0: every machine .*invoke.*read queues/),
        expect.any(String),
      ]);
      expect(running.url).toBe(`ws://127.0.0.1:${running.port}/dev`);
      const headers = { "x-emulator-key": key };
      const response = await fetch(`${running.endpoint}/_local/connections`, { headers });
      expect(await response.text()).not.toContain(key);
      expect(JSON.stringify([events, running, inTerminal.mock.calls])).not.toContain(key);
    }
    expect(new Set(keys).size).toBe(2);
  });

  it("prints no key that was given, and refuses a weak one", async () => {
    const { warnings } = await run({ host: "0.0.0.0", key: KEY });
    expect(warnings).toHaveLength(1);
    expect(warnings.join()).not.toContain(KEY);
    for (const key of ["short", "with/a/slash/0123456789", ""]) {
      await expect(run({ host: "0.0.0.0", key })).rejects.toThrow(
        new TypeError("key must be 16 to 128 letters, digits, hyphens and underscores"),
      );
    }
  });

  it.each(["127.0.0.1", "localhost"])("says nothing on %s", async (host) => {
    const { running, warnings } = await run({ host });
    expect(warnings).toEqual([]);
    expect(running.endpoint).toBe(`http://127.0.0.1:${running.port}`);
    for (const reached of [host, "127.0.0.1"]) {
      expect((await fetch(`http://${reached}:${running.port}/_local/queues`)).status).toBe(200);
    }
  });

  it.skipIf(!hasIpv6)("listens on IPv6, with its address in events", async () => {
    const calls: unknown[] = [];
    const { running } = await run({ host: "::1", loadFunction: () => async (event) => void calls.push(event) });
    const client = await connectTo(`ws://[::1]:${running.port}/dev`);
    client.send("hello");
    while (calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(calls).toMatchObject([
      { requestContext: { domainName: `[::1]:${running.port}`, identity: { sourceIp: "::1" } } },
    ]);
  });

  it.skipIf(!hasIpv6)("listens on all addresses of both versions of IP, and writes those of IPv4 plainly", async () => {
    const { running } = await run({ host: "::" });
    await connectTo(`ws://127.0.0.1:${running.port}/dev`);
    await connectTo(`ws://[::1]:${running.port}/dev`);
    const { connections } = (await (await fetch(`${running.endpoint}/_local/connections`)).json()) as {
      connections: { sourceIp: string }[];
    };
    expect(connections.map(({ sourceIp }) => sourceIp)).toEqual(["127.0.0.1", "::1"]);
  });

  it.skipIf(network === undefined)("needs no key for programs of this machine, at any of its addresses", async () => {
    const { running, warnings } = await run({ host: "0.0.0.0" });
    expect(warnings[0]).toContain(`ws://${network}:${running.port}/dev`);
    expect(await statusOf(running.port, { path: "/_local/queues", host: network as string })).toBe(200);
  });

  it.skipIf(network === undefined)(
    "listens on one address, and on 127.0.0.1 for functions and other programs",
    async () => {
      const { running } = await run({ host: network as string });
      expect(running.endpoint).toBe(`http://127.0.0.1:${running.port}`);
      for (const host of [network as string, "127.0.0.1"]) {
        expect(await statusOf(running.port, { path: "/_local/queues", host })).toBe(200);
      }
      await running.close();
      for (const host of [network as string, "127.0.0.1"]) {
        await expect(statusOf(running.port, { path: "/", host })).rejects.toThrow("ECONNREFUSED");
      }
    },
  );

  it.skipIf(network === undefined)("listens nowhere if one of both ports is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    await expect(run({ host: network as string, port })).rejects.toThrow("EADDRINUSE");
    await expect(statusOf(port, { path: "/", host: network as string })).rejects.toThrow("ECONNREFUSED");
  });

  it("is reached under a name that was given", async () => {
    const { running } = await run({ host: "0.0.0.0", hostNames: ["host.docker.internal"] });
    const headers = { host: `host.docker.internal:${running.port}` };
    expect(await statusOf(running.port, { path: "/_local/queues", headers })).toBe(200);
  });
});
