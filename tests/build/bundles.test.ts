import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildFunction, functionNames } from "../../scripts/build.ts";
import { authorizerEvent, connectEvent, disconnectEvent, messageEvent } from "../support/gateway-events.ts";

const SECRET = "only-for-tests-0123456789abcdef0";

/** What each function is asked once, and what it must answer without any service to call. */
const INVOCATIONS: Readonly<Record<string, { readonly event: unknown; readonly answer: unknown }>> = {
  authorizer: { event: authorizerEvent(), answer: { error: "Unauthorized" } },
  connect: { event: connectEvent(), answer: { value: { statusCode: 200 } } },
  disconnect: { event: disconnectEvent(), answer: { value: { statusCode: 200 } } },
  default: {
    event: messageEvent('{"action":"no-such-action"}'),
    answer: { value: expect.objectContaining({ body: expect.stringContaining("UNKNOWN_ACTION") }) },
  },
  "create-test-jwt": { event: { userId: "ann" }, answer: { value: { authToken: expect.stringMatching(/^ey/) } } },
  "rotate-secret": { event: {}, answer: { error: "RotationFailed" } },
};

const ENVIRONMENT = {
  STORE: "memory",
  SECRETS: "local",
  JWT_SECRET: SECRET,
  TOKEN_ISSUER: "https://issuer.example",
  TOKEN_AUDIENCE: "portcullis",
  QUERY_TOKEN: "allowed",
  ALLOWED_ORIGINS: "*",
  JWT_SECRET_ID: "id",
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

function invokeBundle(name: string, event: unknown): unknown {
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", LOADER, join(output, name, "index.cjs")], {
    input: JSON.stringify(event),
    // Nothing of this process's environment: a bundle must find all it needs in what the template gives it.
    env: { ...ENVIRONMENT, LOG_LEVEL: "ERROR" },
    encoding: "utf8",
  });
  // A bundle that does not load prints its whole one line: the message is enough.
  if (stdout === "") throw new Error(/^\w*Error: .*$/m.exec(stderr)?.[0] ?? "the bundle printed nothing");
  // What stands before is a fault's log line.
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
}

beforeAll(async () => {
  for (const name of functionNames()) metafiles.set(name, await buildFunction(name, output));
});

afterAll(() => rmSync(output, { recursive: true, force: true }));

describe("the bundles", () => {
  it("are those of the functions that are invoked here", () => {
    expect([...metafiles.keys()].toSorted()).toEqual(Object.keys(INVOCATIONS).toSorted());
  });

  it.each(Object.entries(INVOCATIONS))("%s loads and answers", (name, { event, answer }) => {
    expect(invokeBundle(name, event)).toEqual(answer);
  });

  it("hold what their function needs and no more", () => {
    expect(packagesIn("authorizer")).toContain("jose");
    expect(packagesIn("authorizer")).not.toContain("@aws-sdk/client-dynamodb");
    expect(packagesIn("connect")).toContain("@aws-sdk/client-dynamodb");
    expect(packagesIn("connect")).not.toContain("jose");
  });

  it("O5 hold nothing of the local runtime, and no test token outside its own function", () => {
    for (const [name, { inputs }] of metafiles) {
      expect(Object.keys(inputs).filter((path) => path.includes("/local/"))).toEqual([]);
      if (name !== "create-test-jwt") expect(Object.keys(inputs)).not.toContain("src/application/mint-test-token.ts");
    }
  });
});
