import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { get } from "node:https";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../emulator-parts.ts";

const PARTS = resolve("infra/deployment");
const PYTHON = resolve(".venv-emulator/bin/python");
/** scripts/verify-template.ts writes these files once the emulator and the SAM CLI are installed. */
const STAMPS = [".venv-emulator/.installed-from", ".venv/.installed-from"];
const LOG = "reports/emulator.log";
const START_MS = 60_000;

export const REGION = "us-east-1";

export type Emulator = {
  readonly origin: string;
  readonly certificateFile: string;
  readonly certificate: Buffer;
  /** The functions' log entries since the emulator started, and a line for each `GET /ping`. */
  functionLines(): readonly Readonly<Record<string, unknown>>[];
  stop(): Promise<void>;
};

/** Whether scripts/verify-template.ts has installed the emulator. In CI a missing emulator is a failure. */
export function hasEmulator(): boolean {
  const missing = STAMPS.filter((stamp) => !existsSync(stamp)).map(dirname);
  if (missing.length === 0) return true;
  const reason = `No ${missing.join(", no ")}, which scripts/verify-template.ts sets up`;
  if (process.env["CI"] === "true") throw new Error(reason);
  console.warn(`${reason}: the deployment is not tested.`);
  return false;
}

/**
 * MiniStack, an emulator of AWS, without resources, on a random port of 127.0.0.1, with TLS and IAM enforced. Functions
 * run as processes under this Node.js. The emulator ends with this process, however the process ends.
 */
export async function startEmulator(folder: string): Promise<Emulator> {
  const port = await freePort();
  mkdirSync(dirname(LOG), { recursive: true });
  const log = openSync(LOG, "w");
  const certificateFile = join(folder, "emulator.crt");
  const child = spawn(PYTHON, [join(PARTS, "emulator.py")], {
    cwd: folder,
    stdio: ["pipe", log, log],
    env: {
      HOME: folder,
      TMPDIR: folder,
      PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`,
      GATEWAY_PORT: String(port),
      BIND_HOST: "127.0.0.1",
      SFTP_ENABLED: "0",
      IOT_MTLS_ENABLED: "0",
      LAMBDA_EXECUTOR: "local",
      AUTH: "true",
      USE_SSL: "1",
      MINISTACK_SSL_CERT: certificateFile,
      MINISTACK_SSL_KEY: join(folder, "emulator.key"),
      MINISTACK_REGION: REGION,
      // The template's address https://{api}.execute-api.{region}.amazonaws.com then leads to this gateway.
      MINISTACK_HOST: `${REGION}.amazonaws.com`,
    },
  });
  const exit = once(child, "exit");
  const certificate = await answering(port, certificateFile, () => child.exitCode !== null);
  return {
    origin: `https://127.0.0.1:${port}`,
    certificateFile,
    certificate,
    functionLines: () => jsonLines(readFileSync(LOG, "utf8")),
    async stop() {
      child.stdin?.end();
      await exit;
    },
  };
}

/** Waits until the emulator responds over TLS, and returns its certificate. */
async function answering(port: number, certificateFile: string, hasEnded: () => boolean): Promise<Buffer> {
  for (const end = Date.now() + START_MS; Date.now() < end && !hasEnded(); await sleep(50)) {
    if (!existsSync(certificateFile)) continue;
    const certificate = readFileSync(certificateFile);
    if (await isHealthy(port, certificate)) return certificate;
  }
  throw new Error(`the emulator does not start: ${readFileSync(LOG, "utf8")}`);
}

function isHealthy(port: number, ca: Buffer): Promise<boolean> {
  return new Promise((done) => {
    get({ host: "127.0.0.1", port, path: "/_ministack/health", ca, agent: false }, (answer) => {
      answer.resume();
      done(answer.statusCode === 200);
    }).on("error", () => done(false));
  });
}

function jsonLines(text: string): readonly Readonly<Record<string, unknown>>[] {
  return text.split("\n").flatMap((line) => (/^\{.*\}$/.test(line) ? JSON.parse(line) : []));
}
