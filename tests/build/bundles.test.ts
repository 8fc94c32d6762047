import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Metafile } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildFunction, functionNames } from "../../scripts/build.ts";
import { authorizerEvent, connectEvent, disconnectEvent, messageEvent } from "../support/gateway-events.ts";
import { sqsEvent } from "../support/queued-messages.ts";
import { EVERY_SETTING } from "../support/settings.ts";

type Invocation = { readonly event: unknown; readonly answer: unknown; readonly budgetKb: number };

/**
 * What each function is asked once, what it must answer without any service to call, and what its bundle may weigh:
 * parsing 100 KB takes some 4 ms of each cold start. Raise a budget only with a reason.
 */
const INVOCATIONS: Readonly<Record<string, Invocation>> = {
  authorizer: { event: authorizerEvent(), answer: { error: "Unauthorized" }, budgetKb: 335 },
  connect: { event: connectEvent(), answer: { value: { statusCode: 200 } }, budgetKb: 355 },
  disconnect: { event: disconnectEvent(), answer: { value: { statusCode: 200 } }, budgetKb: 355 },
  default: {
    event: messageEvent('{"action":"no-such-action"}'),
    answer: { value: expect.objectContaining({ body: expect.stringContaining("UNKNOWN_ACTION") }) },
    budgetKb: 160,
  },
  subscribe: {
    event: messageEvent('{"action":"subscribe","entityId":"order-17"}'),
    answer: { value: expect.objectContaining({ body: expect.stringContaining("NOT_CONNECTED") }) },
    budgetKb: 385,
  },
  unsubscribe: {
    event: messageEvent('{"action":"unsubscribe","entityId":"order-17"}'),
    answer: { value: expect.objectContaining({ body: expect.stringContaining("NOT_CONNECTED") }) },
    budgetKb: 385,
  },
  "create-test-jwt": {
    event: { userId: "ann" },
    answer: { value: { authToken: expect.stringMatching(/^ey/) } },
    budgetKb: 325,
  },
  "deliver-pushes": { event: sqsEvent(), answer: { value: { batchItemFailures: [] } }, budgetKb: 415 },
  "rotate-secret": { event: {}, answer: { error: "RotationFailed" }, budgetKb: 315 },
};

/** Loads a bundle as Lambda does, alone in a process, and asks it what stands on standard input. */
const LOADER = `
  const { handler } = require(process.argv[1]);
  const context = { awsRequestId: "1", getRemainingTimeInMillis: () => 3000 };
  const print = (outcome) => console.log(JSON.stringify(outcome));
  handler(JSON.parse(require("node:fs").readFileSync(0, "utf8")), context).then(
    (value) => print({ value }),
    (error) => print({ error: error.message }),
  );`;

const output = mkdtempSync(join(tmpdir(), "portcullis-bundles-"));
const metafiles = new Map<string, Metafile>();

function packagesIn(name: string): readonly string[] {
  const inputs = Object.keys(metafiles.get(name)?.inputs ?? {});
  return inputs
    .map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1])
    .filter((found) => found !== undefined);
}

type Environment = Readonly<Record<string, string>>;

/** What a bundle prints: its log, and last its answer. */
async function runBundle(file: string, event: unknown, environment: Environment): Promise<readonly string[]> {
  // Nothing of this process's environment: a bundle must find all it needs in what the template gives it.
  const child = spawn(process.execPath, ["-e", LOADER, file], { env: { LOG_LEVEL: "ERROR", ...environment } });
  child.stdin.end(JSON.stringify(event));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  // A bundle that does not load prints its whole one line: the message is enough.
  if (stdout === "") throw new Error(/^\w*Error: .*$/m.exec(stderr)?.[0] ?? "the bundle printed nothing");
  return stdout.trimEnd().split("\n");
}

async function invokeBundle(file: string, event: unknown, environment: Environment = EVERY_SETTING): Promise<unknown> {
  return JSON.parse((await runBundle(file, event, environment)).at(-1) ?? "");
}

beforeAll(async () => {
  for (const name of functionNames()) metafiles.set(name, await buildFunction(name, output));
});

afterAll(() => rmSync(output, { recursive: true, force: true }));

describe("the bundles", () => {
  it("are those of the functions that are invoked here", () => {
    expect([...metafiles.keys()].toSorted()).toEqual(Object.keys(INVOCATIONS).toSorted());
  });

  it.each(Object.entries(INVOCATIONS))("%s loads and answers", async (name, { event, answer }) => {
    expect(await invokeBundle(join(output, name, "index.cjs"), event)).toEqual(answer);
  });

  it.each(Object.entries(INVOCATIONS))("%s stays within its budget", (name, { budgetKb }) => {
    const [{ bytes } = { bytes: Number.NaN }] = Object.values(metafiles.get(name)?.outputs ?? {});
    expect(bytes / 1024).toBeLessThanOrEqual(budgetKb);
  });

  it("log with what is left of pino", async () => {
    const file = join(output, "default", "index.cjs");
    const lines = await runBundle(file, messageEvent("{}"), { ...EVERY_SETTING, LOG_LEVEL: "INFO" });
    expect(lines.slice(0, -1).map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: "INFO", message: "invocation", reason: "UNKNOWN_ACTION" }),
    ]);
  });

  it("hold what their function needs and no more", () => {
    expect(packagesIn("authorizer")).toContain("jose");
    expect(packagesIn("authorizer")).not.toContain("@aws-sdk/client-dynamodb");
    expect(packagesIn("connect")).toContain("@aws-sdk/client-dynamodb");
    expect(packagesIn("connect")).not.toContain("jose");
  });

  it("attack:O5 hold nothing of the local runtime, and no test token outside its own function", () => {
    for (const [name, { inputs }] of metafiles) {
      expect(Object.keys(inputs).filter((path) => path.includes("/local/"))).toEqual([]);
      if (name !== "create-test-jwt") expect(Object.keys(inputs)).not.toContain("src/application/mint-test-token.ts");
    }
  });
});

describe("a bundle without the SDK's other sources of credentials", () => {
  const identities: string[] = [];
  const table = createServer((request, response) => {
    identities.push(/Credential=(\w+)/.exec(request.headers.authorization ?? "")?.[1] ?? "unsigned");
    request.resume().once("end", () => response.end("{}"));
  });
  let environment: Environment = {};

  beforeAll(async () => {
    await once(table.listen(0, "127.0.0.1"), "listening");
    const endpoint = `http://127.0.0.1:${(table.address() as AddressInfo).port}`;
    const settings = { ...EVERY_SETTING, STORE: "dynamodb", TABLE_NAME: "table", GSI1_NAME: "GSI1" };
    environment = { ...settings, AWS_REGION: "eu-west-1", AWS_ENDPOINT_URL_DYNAMODB: endpoint };
  });

  afterAll(() => {
    table.close();
    table.closeAllConnections();
  });

  it("signs with the credentials of a Lambda role, out of reach of any node_modules", async () => {
    const role = { AWS_ACCESS_KEY_ID: "ROLEKEY", AWS_SECRET_ACCESS_KEY: "planted", AWS_SESSION_TOKEN: "planted" };
    const file = join(output, "connect", "index.cjs");
    const answer = await invokeBundle(file, connectEvent(), { ...environment, ...role });
    expect(answer).toEqual({ value: { statusCode: 200 } });
    expect(identities.at(-1)).toBe("ROLEKEY");
  });

  it("signs with those of a profile, inside the project", async () => {
    mkdirSync("reports", { recursive: true });
    const folder = mkdtempSync(join(process.cwd(), "reports", "bundle-"));
    try {
      const credentials = join(folder, "credentials");
      writeFileSync(credentials, "[dev]\naws_access_key_id = PROFILEKEY\naws_secret_access_key = planted\n");
      await buildFunction("connect", folder);
      const profile = { AWS_PROFILE: "dev", AWS_SHARED_CREDENTIALS_FILE: credentials };
      const file = join(folder, "connect", "index.cjs");
      const answer = await invokeBundle(file, connectEvent(), { ...environment, ...profile });
      expect(answer).toEqual({ value: { statusCode: 200 } });
      expect(identities.at(-1)).toBe("PROFILEKEY");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
