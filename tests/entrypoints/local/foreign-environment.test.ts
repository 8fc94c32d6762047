import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { readFileSync } from "node:fs";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { connectTo } from "@portcullis/emulator/testing";
import { afterEach, expect, it } from "vitest";
import { describeTemplate, projectTemplate } from "../../../packages/emulator/tests/support/project-template.ts";
import { freePort } from "../../support/emulator-parts.ts";

/** Variables of the AWS CLI and the SDKs. Each of these would break a call, or send it to another address. */
const AWS_VARIABLES = [
  ...["PROFILE", "DEFAULT_PROFILE", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "CREDENTIAL_EXPIRATION"],
  ...["REGION", "DEFAULT_REGION", "CONFIG_FILE", "SHARED_CREDENTIALS_FILE", "CA_BUNDLE", "RETRY_MODE", "MAX_ATTEMPTS"],
  ...["ENDPOINT_URL", "ENDPOINT_URL_SQS", "IGNORE_CONFIGURED_ENDPOINT_URLS", "USE_FIPS_ENDPOINT", "ROLE_ARN"],
  ...[
    "WEB_IDENTITY_TOKEN_FILE",
    "CONTAINER_CREDENTIALS_FULL_URI",
    "EC2_METADATA_DISABLED",
    "SIGV4A_SIGNING_REGION_SET",
  ],
].map((name) => `AWS_${name}`);

let child: ChildProcess | undefined;

afterEach(() => {
  child?.kill("SIGKILL");
});

/** Runs the command in a shell with these variables. Resolves with its output until it listens. */
async function start(port: number, environment: Record<string, string>): Promise<string> {
  const runtime = spawn(process.execPath, ["src/entrypoints/local/main.ts", "--port", String(port)], {
    env: { ...process.env, ...environment },
  });
  child = runtime;
  let output = "";
  for (const stream of [runtime.stdout, runtime.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  while (!output.includes("Ctrl-C")) {
    if (runtime.exitCode !== null) throw new Error(`it ended: ${output}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return output;
}

async function tokenFor(port: number): Promise<string> {
  const url = `http://127.0.0.1:${port}/2015-03-31/functions/CreateTestJwt/invocations`;
  const response = await fetch(url, { method: "POST", body: '{"userId":"ann"}' });
  return ((await response.json()) as { authToken: string }).authToken;
}

type Put = { readonly frame: unknown; readonly putAside: string };

/** One event that is pushed through the gateway, and one that a function enqueues through the SDK. */
async function publish(port: number): Promise<Put> {
  const origin = `http://127.0.0.1:${port}`;
  const client = await connectTo(`ws://127.0.0.1:${port}/dev`, { subprotocols: ["websocket", await tokenFor(port)] });
  client.send({ action: "subscribe", entityId: "order-17" });
  await client.text();
  const credentials = { accessKeyId: "x", secretAccessKey: "y" };
  const bus = new EventBridgeClient({ region: "us-east-1", endpoint: origin, credentials });
  const [good] = JSON.parse(readFileSync("examples/entity-updated.json", "utf8"));
  await bus.send(new PutEventsCommand({ Entries: [good, { ...good, Detail: '{"malformed":true}' }] }));
  bus.destroy();
  const frame = await client.json();
  client.terminate();
  return { frame, putAside: await firstMessageOf(origin, "Undeliverable") };
}

async function firstMessageOf(origin: string, name: string): Promise<string> {
  for (;;) {
    const report = (await (await fetch(`${origin}/_local/queues`)).json()) as {
      queues: { name: string; messages: { body: string }[] }[];
    };
    const body = report.queues.find((queue) => queue.name.includes(name))?.messages[0]?.body;
    if (body !== undefined) return body;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it("npm start starts, pushes and dead-letters with every foreign variable set to nonsense", async () => {
  const port = await freePort();
  const settings = describeTemplate(projectTemplate()).functions.flatMap(({ environment }) => Object.keys(environment));
  expect(settings).toEqual(expect.arrayContaining(["STORE", "SECRETS", "QUERY_TOKEN", "LOG_LEVEL"]));
  const names = [...AWS_VARIABLES, ...settings, "JWT_SECRET", "PORT", "STAGE"];

  const printed = await start(port, Object.fromEntries(names.map((name) => [name, "nonsense"])));

  expect(printed).not.toContain("portcullis:");
  expect(await publish(port)).toEqual({
    frame: expect.objectContaining({ type: "Entity Updated", entityId: "order-17" }),
    putAside: expect.stringContaining("malformed"),
  });
});

it("the process is in UTC, as in Lambda, in a shell of any time zone", async () => {
  const report = "process.on('exit', () => console.log('offset', new Date(2026, 0, 1).getTimezoneOffset()))";
  const shell = { TZ: "Asia/Tokyo", NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(report)}` };
  await start(await freePort(), shell);
  let rest = "";
  child?.stdout?.on("data", (chunk) => {
    rest += chunk;
  });
  child?.kill("SIGTERM");
  await once(child ?? new EventEmitter(), "close");

  expect(rest).toContain("offset 0\n");
});
