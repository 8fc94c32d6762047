import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { build, type Metafile } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deployedSettings, startAwsStandIn } from "../../benchmarks/aws-stand-in.ts";
import { buildFunction, functionNames } from "../../scripts/build.ts";
import { authorizerEvent, connectEvent, disconnectEvent, messageEvent } from "../support/gateway-events.ts";
import { sqsEvent } from "../support/queued-messages.ts";
import { urlEvent } from "../support/url-event.ts";

type Invocation = { readonly event: unknown; readonly answer: unknown; readonly budgetKb: number };

/**
 * For each function: one event, its result over an AWS without data, and the largest size of its bundle, since
 * parsing 100 KB takes some 4 ms of each cold start. Raise a budget only with a reason.
 */
const INVOCATIONS: Readonly<Record<string, Invocation>> = {
  // 15 KB more than with the stack's own secret alone: the import of published keys (6 KB of jose), and the rules for
  // issuers and grants. V8 only scans their functions until one is called.
  authorizer: { event: authorizerEvent(), answer: { error: "Unauthorized" }, budgetKb: 328 },
  // In every function with the table 5 KB are new: grants, requests about many entities, and their order.
  connect: { event: connectEvent(), answer: { value: { statusCode: 200 } }, budgetKb: 347 },
  disconnect: { event: disconnectEvent(), answer: { value: { statusCode: 200 } }, budgetKb: 342 },
  default: {
    event: messageEvent('{"action":"no-such-action"}'),
    answer: { value: expect.objectContaining({ body: expect.stringContaining("UNKNOWN_ACTION") }) },
    budgetKb: 138,
  },
  // The schemas of `entityIds` and `seq` are 5 KB of zod, its arrays and integers; the policy of grants is 4 KB.
  subscribe: {
    event: messageEvent('{"action":"subscribe","entityId":"order-17"}'),
    answer: { value: expect.objectContaining({ body: expect.stringContaining("NOT_CONNECTED") }) },
    budgetKb: 377,
  },
  resume: {
    event: messageEvent('{"action":"resume","entityIds":["order-17"],"id":"7"}'),
    answer: { value: expect.objectContaining({ body: expect.stringContaining("NOT_CONNECTED") }) },
    budgetKb: 377,
  },
  unsubscribe: {
    event: messageEvent('{"action":"unsubscribe","entityId":"order-17"}'),
    answer: { value: expect.objectContaining({ body: expect.stringContaining("NOT_CONNECTED") }) },
    budgetKb: 372,
  },
  // The authorizer's jose and its rules for issuers, with the table's adapters and the schemas of frames. The client of SQS
  // is 28 KB: a renewal that changes grants orders a review of the connection's subscriptions.
  authenticate: {
    event: messageEvent('{"action":"authenticate","token":"a.b.c","id":"7"}'),
    answer: { value: expect.objectContaining({ body: expect.stringContaining("TOKEN_REFUSED") }) },
    budgetKb: 464,
  },
  check: {
    event: urlEvent(),
    answer: { value: expect.objectContaining({ statusCode: 401 }) },
    budgetKb: 404,
  },
  "create-test-jwt": {
    event: { userId: "ann" },
    answer: { value: { authToken: expect.stringMatching(/^ey/) } },
    budgetKb: 302,
  },
  // 2 KB of it cut the text of `data` out of events and check for it.
  "deliver-pushes": { event: sqsEvent(), answer: { value: { batchItemFailures: [] } }, budgetKb: 411 },
  // 20 KB record what administrators grant, and review subscriptions.
  administer: { event: sqsEvent(), answer: { value: { batchItemFailures: [] } }, budgetKb: 436 },
  "rotate-secret": { event: {}, answer: { error: "RotationFailed" }, budgetKb: 290 },
};

/** Loads a bundle as Lambda does, alone in a process, and invokes it with the event on standard input. */
const LOADER = `
  const context = { awsRequestId: "1", getRemainingTimeInMillis: () => 3000 };
  const print = (outcome) => console.log(JSON.stringify(outcome));
  void (async () => {
    const { handler } = await import(process.argv[1]);
    await handler(JSON.parse(require("node:fs").readFileSync(0, "utf8")), context).then(
      (value) => print({ value }),
      (error) => print({ error: error.message }),
    );
  })().catch((error) => console.error(String(error)));`;

const output = mkdtempSync(join(tmpdir(), "portcullis-bundles-"));
const metafiles = new Map<string, Metafile>();

function packagesIn(name: string): readonly string[] {
  const inputs = Object.keys(metafiles.get(name)?.inputs ?? {});
  return inputs
    .map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1])
    .filter((found) => found !== undefined);
}

/** The modules of ours in a bundle, by their path in src. */
function modulesIn({ inputs }: Metafile): readonly string[] {
  return Object.keys(inputs).flatMap((path) => /^src\/(.+)/.exec(path)?.[1] ?? []);
}

/** The files of `npm start` in a bundle: its own, and the emulator's, which are in a package. */
function ofNpmStartIn({ inputs }: Metafile): readonly string[] {
  return Object.keys(inputs).filter((path) => /\/local\/|(^|\/)packages\/emulator\//.test(path));
}

function bytesOf(metafile: Metafile | undefined): number {
  return Object.values(metafile?.outputs ?? {})[0]?.bytes ?? Number.NaN;
}

type Environment = Readonly<Record<string, string>>;

/** The output of a bundle: its log, then its result. */
async function runBundle(file: string, event: unknown, environment: Environment): Promise<readonly string[]> {
  // No variable of this process: a bundle must work with the variables of the template alone.
  const child = spawn(process.execPath, ["-e", LOADER, file], { env: { LOG_LEVEL: "ERROR", ...environment } });
  child.stdin.end(JSON.stringify(event));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  // A bundle that does not load prints its code, which is one long line: the message is enough.
  if (stdout === "") throw new Error(/^\w*Error: .*$/m.exec(stderr)?.[0] ?? "the bundle printed nothing");
  return stdout.trimEnd().split("\n");
}

let aws: Awaited<ReturnType<typeof startAwsStandIn>>;
let deployed: Environment;

async function invokeBundle(file: string, event: unknown, environment = deployed): Promise<unknown> {
  return JSON.parse((await runBundle(file, event, environment)).at(-1) ?? "");
}

beforeAll(async () => {
  aws = await startAwsStandIn({ table: "empty" });
  deployed = deployedSettings(aws);
  for (const name of functionNames()) metafiles.set(name, await buildFunction(name, output));
});

afterAll(() => {
  aws.stop();
  rmSync(output, { recursive: true, force: true });
});

describe("the bundles", () => {
  it("are all invoked in this test", () => {
    expect([...metafiles.keys()].toSorted()).toEqual(Object.keys(INVOCATIONS).toSorted());
  });

  it.each(Object.entries(INVOCATIONS))("%s loads and answers", async (name, { event, answer }) => {
    expect(await invokeBundle(join(output, name, "index.mjs"), event)).toEqual(answer);
  });

  it.each(Object.entries(INVOCATIONS))("%s stays within its budget", (name, { budgetKb }) => {
    expect(bytesOf(metafiles.get(name)) / 1024).toBeLessThanOrEqual(budgetKb);
  });

  it("log with the reduced pino", async () => {
    const file = join(output, "default", "index.mjs");
    const lines = await runBundle(file, messageEvent("{}"), { ...deployed, LOG_LEVEL: "INFO" });
    expect(lines.slice(0, -1).map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: "INFO", message: "invocation", reason: "UNKNOWN_ACTION" }),
    ]);
  });

  it("hold only what their function needs", () => {
    expect(packagesIn("authorizer")).toContain("jose");
    expect(packagesIn("authorizer")).not.toContain("@aws-sdk/client-dynamodb");
    expect(packagesIn("connect")).toContain("@aws-sdk/client-dynamodb");
    expect(packagesIn("connect")).not.toContain("jose");
  });

  it("attack:O5 hold nothing of `npm start`, and no test token outside its own function", () => {
    const minting: string[] = [];
    for (const [name, metafile] of metafiles) {
      expect(ofNpmStartIn(metafile)).toEqual([]);
      if (modulesIn(metafile).some((path) => path.endsWith("/mint-test-token.ts"))) minting.push(name);
    }
    expect(minting).toEqual(["create-test-jwt"]);
  });

  it("of `npm start` itself would be found out, by its own files and by the emulator's (positive control)", async () => {
    const { metafile } = await build({
      ...{ entryPoints: ["src/entrypoints/local/load-handler.ts"], bundle: true, platform: "node", format: "esm" },
      ...{ write: false, metafile: true, external: ["ws", "yaml"], logLevel: "silent" },
    });
    expect(ofNpmStartIn(metafile)).toEqual(
      expect.arrayContaining(["src/entrypoints/local/load-handler.ts", "packages/emulator/src/index.ts"]),
    );
  });
});

describe("the adapters in the bundles", () => {
  it("are those for AWS: no in-memory store, no secret from the environment", () => {
    const local =
      /^(adapters\/in-memory\/|entrypoints\/composition\/modules\/(stores\/in-memory|signing-secrets\/local))/;
    const modules = [...metafiles.values()].flatMap(modulesIn);
    expect(modules).toEqual(
      expect.arrayContaining([
        "entrypoints/composition/modules/stores/dynamodb.ts",
        "entrypoints/composition/modules/signing-secrets/secrets-manager.ts",
      ]),
    );
    expect(modules.filter((path) => local.test(path))).toEqual([]);
  });

  it("refuse the settings of another store", async () => {
    const file = join(output, "connect", "index.mjs");
    const started = invokeBundle(file, connectEvent(), { ...deployed, STORE: "memory" });
    await expect(started).rejects.toThrow("STORE must be dynamodb");
  });

  describe("with a third store in the project", () => {
    const project = mkdtempSync(join(tmpdir(), "portcullis-third-store-"));
    const stores = "src/entrypoints/composition/modules/stores";

    beforeAll(() => {
      for (const path of ["src", "scripts", "infra/template.yaml", "tsconfig.json"])
        cpSync(path, join(project, path), { recursive: true });
      symlinkSync(resolve("node_modules"), join(project, "node_modules"));
      writeFileSync(join(project, stores, "planted.ts"), plantedStore);
      const manifest = JSON.parse(readFileSync("package.json", "utf8"));
      manifest.imports["#stores"] = { planted: `./${stores}/planted.ts`, ...manifest.imports["#stores"] };
      writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
    });

    afterAll(() => rmSync(project, { recursive: true, force: true }));

    /** Of a function's bundle, built in that project: its bytes and what is in it. */
    function built(name: string, ...adapters: readonly string[]) {
      const script = `
        const { buildFunction, BUNDLED_ADAPTERS } = await import("./scripts/build.ts");
        const [name, ...adapters] = process.argv.slice(1);
        const chosen = adapters.length > 0 ? adapters : BUNDLED_ADAPTERS;
        console.log(JSON.stringify(await buildFunction(name, "built", chosen)));`;
      const args = ["--input-type=module", "-e", script, name, ...adapters];
      const metafile: Metafile = JSON.parse(String(execFileSync(process.execPath, args, { cwd: project })));
      return { bytes: bytesOf(metafile), modules: modulesIn(metafile) };
    }

    it.each(["connect", "subscribe", "deliver-pushes"])("%s has not one byte more", (name) => {
      const { bytes, modules } = built(name);
      expect(modules).toContain("entrypoints/composition/modules/stores/dynamodb.ts");
      expect(bytes).toBe(bytesOf(metafiles.get(name)));
    });

    it("connect holds the third store, and no other, where it is chosen", () => {
      const { modules } = built("connect", "planted", "secrets-manager");
      expect(modules).toContain("entrypoints/composition/modules/stores/planted.ts");
      expect(modules.filter((path) => /dynamodb|in-memory/.test(path))).toEqual([]);
    });
  });
});

const plantedStore = `
  import { defineModule } from "../../module.ts";
  export const stores = defineModule({ services: () => console.log("${"planted ".repeat(100)}") });
  export { stores as renewals, stores as endings, stores as revocations };`;

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
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, AWS_SESSION_TOKEN: ___, ...settings } = deployed;
    environment = { ...settings, AWS_ENDPOINT_URL_DYNAMODB: endpoint };
  });

  afterAll(() => {
    table.close();
    table.closeAllConnections();
  });

  it("signs with the credentials of a Lambda role, out of reach of any node_modules", async () => {
    const role = { AWS_ACCESS_KEY_ID: "ROLEKEY", AWS_SECRET_ACCESS_KEY: "planted", AWS_SESSION_TOKEN: "planted" };
    const file = join(output, "connect", "index.mjs");
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
      const file = join(folder, "connect", "index.mjs");
      const answer = await invokeBundle(file, connectEvent(), { ...environment, ...profile });
      expect(answer).toEqual({ value: { statusCode: 200 } });
      expect(identities.at(-1)).toBe("PROFILEKEY");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
