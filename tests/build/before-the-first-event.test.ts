import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { deployedSettings, startAwsStandIn } from "../../benchmarks/aws-stand-in.ts";
import { firstCalls } from "../../benchmarks/first-calls.ts";
import { functionNames } from "../../scripts/build.ts";
import { bundledConditions } from "../support/bundled-conditions.ts";
import { builtFunctions, PATIENT, startFunction } from "../support/lambda/built-functions.ts";

const run = promisify(execFile);

const folder = builtFunctions(functionNames());

const SECRET = "GetSecretValue";
const PING = "GET /ping";
const POST = "POST /prod/@connections/gbgHYy9RVQAYKEj2kA%3D%3D";

type Row = {
  readonly name: string;
  readonly before: readonly string[];
  readonly first: readonly string[];
  /** Each request at once but the first needs a connection of its own. */
  readonly atOnce?: number;
};

/** The requests that each function makes before its first event, and those that this event then makes. */
const REQUESTS: readonly Row[] = [
  { name: "authorizer", before: [SECRET], first: [] },
  { name: "create-test-jwt", before: [SECRET], first: [] },
  { name: "connect", before: [PING], first: ["Query", "PutItem", "BatchGetItem"] },
  { name: "disconnect", before: [PING], first: ["UpdateItem", "Query", "BatchWriteItem"] },
  { name: "subscribe", before: [PING], first: ["Query", "TransactWriteItems"] },
  { name: "resume", before: [PING], first: ["Query", "TransactWriteItems"] },
  { name: "unsubscribe", before: [PING], first: ["Query", "TransactWriteItems"] },
  { name: "authenticate", before: [SECRET, PING], first: ["BatchGetItem", "GetItem", "UpdateItem", "BatchGetItem"] },
  { name: "check", before: [SECRET, PING], first: ["Query", "BatchGetItem"] },
  { name: "deliver-pushes", before: [PING, PING], first: ["Query", POST] },
  { name: "administer", before: [PING, PING], first: Array.from({ length: 18 }, () => "Query"), atOnce: 3 },
];

/** Without a client that waits, or without a service to ask. */
const REQUESTS_NOTHING = ["default", "rotate-secret"];

describe.concurrent("before its first event", () => {
  it.for(REQUESTS)(
    "$name requests $before, and $first at the event, over the same connections",
    async ({ name, before, first, atOnce = 1 }, context) => {
      const { aws, lambda } = await startFunction(folder, name, context, PATIENT);
      const { event, answer } = firstCalls[name] ?? {};

      await lambda.load();
      // They are under way at once, so that either may come first.
      expect(aws.names().toSorted()).toEqual(before.toSorted());
      expect(aws.connections).toBe(before.length);

      const { value } = await lambda.call(event);
      expect(JSON.stringify(value ?? null)).toMatch(answer as RegExp);
      expect(aws.names().slice(before.length)).toEqual(first);
      expect(aws.connections).toBe(before.length + atOnce - 1);
      expect(lambda.entries("not primed")).toEqual([]);
    },
  );

  it("each function has a test", () => {
    const tested = [...REQUESTS.map(({ name }) => name), ...REQUESTS_NOTHING];
    expect(tested.toSorted()).toEqual(functionNames().toSorted());
  });

  it.for(REQUESTS_NOTHING)("%s requests nothing", async (name, context) => {
    const { aws, lambda } = await startFunction(folder, name, context, PATIENT);

    await lambda.load();

    expect(aws.connections).toBe(0);
  });

  it.for(["connect", "deliver-pushes"])(
    "%s sends no credentials, no data and no id in a ping",
    async (name, context) => {
      const { aws, lambda } = await startFunction(folder, name, context, PATIENT);

      await lambda.load();

      const host = new URL(aws.at.endpoint).host;
      for (const { headers, body } of aws.requests) {
        expect({ ...headers, body }).toEqual({ host, connection: "keep-alive", body: "" });
      }
      expect(aws.requests).not.toEqual([]);
    },
  );
});

/** A file alone in a process, with AWS at hand: what it made, and how many connections AWS got. */
async function observeLoading(files: readonly string[], flags: readonly string[] = []) {
  const aws = await startAwsStandIn();
  try {
    const args = [...flags, "tests/support/lambda/observe-loading.mjs", ...files];
    // The time limit is for a process that does not end by itself.
    const { stdout } = await run(process.execPath, args, { env: deployedSettings(aws), timeout: 15_000 });
    // A busy machine may log before it that a time limit was reached.
    return { made: new Set(JSON.parse(stdout.split("\n").at(-1) ?? "")), connections: aws.connections };
  } finally {
    aws.stop();
  }
}

const NOTHING = { made: new Set(), connections: 0 };

describe.concurrent("a function that is only loaded makes no request, socket or timer, and its process ends", () => {
  it("as a bundle", async () => {
    const bundles = functionNames().map((name) => join(folder, name, "bundle.cjs"));
    expect(await observeLoading(bundles)).toEqual(NOTHING);
  });

  it("as a module", async () => {
    const modules = functionNames().map((name) => resolve("src/entrypoints/lambda/functions", `${name}.ts`));
    expect(await observeLoading(modules, bundledConditions)).toEqual(NOTHING);
  });

  it("unless Lambda loads it (positive control)", async () => {
    const { made, connections } = await observeLoading([join(folder, "authorizer", "index.mjs")]);
    expect([...made]).toEqual(expect.arrayContaining(["Timeout", "TCPWRAP", "TLSWRAP"]));
    expect(connections).toBe(1);
  });
});
