import { execFile } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { buildFunction, functionNames, writeTemplate } from "../../../scripts/build.ts";
import { type Emulator, REGION } from "./emulator.ts";

const SAM = resolve(".venv/bin/sam");
const run = promisify(execFile);

/** The files of the project that the SAM CLI needs, in a separate folder. */
export class Checkout {
  readonly #folder: string;
  readonly #emulator: Emulator;

  constructor(folder: string, emulator: Emulator) {
    this.#folder = folder;
    this.#emulator = emulator;
  }

  /** The output of `npm run build`, and SAM's settings. */
  async make(): Promise<void> {
    const dist = join(this.#folder, "dist");
    await Promise.all(functionNames().map((name) => buildFunction(name, dist)));
    writeTemplate(dist);
    copyFileSync("samconfig.toml", join(this.#folder, "samconfig.toml"));
  }

  /** Runs the real SAM CLI against the emulator. If it fails, the error has its output. */
  async sam(...args: readonly string[]): Promise<string> {
    const { certificateFile, origin } = this.#emulator;
    const { stdout, stderr } = await run(SAM, args, {
      cwd: this.#folder,
      env: {
        PATH: process.env["PATH"],
        HOME: this.#folder,
        TMPDIR: this.#folder,
        SAM_CLI_TELEMETRY: "0",
        AWS_ENDPOINT_URL: origin,
        AWS_CA_BUNDLE: certificateFile,
        REQUESTS_CA_BUNDLE: certificateFile,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_DEFAULT_REGION: REGION,
      },
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout + stderr;
  }
}
