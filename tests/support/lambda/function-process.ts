import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a call returned, or the message of the error with which it failed. */
export type Outcome = { readonly value?: unknown; readonly error?: string };

/** A built function in a process of its own, which can be frozen as by Lambda, and whose wall clock can be moved. */
export class FunctionProcess {
  /** All that the process wrote. */
  output = "";
  readonly #file: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "portcullis-function-"));
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #ended: Promise<never>;
  #aheadSeconds = 0;

  /** `slowness` multiplies all time limits, so that a busy machine reaches none that a test does not mean. */
  constructor(file: string, environment: Readonly<Record<string, string>>, { slowness = 1 } = {}) {
    this.#file = file;
    this.advance(0);
    const args = ["tests/support/lambda/runtime.mjs", this.#clockFile, String(slowness)];
    // No variable of this process: a function has the variables of the template alone.
    this.#child = spawn(process.execPath, args, { env: environment, stdio: ["ignore", "pipe", "pipe", "ipc"] });
    // From the start on, since a process that ended by itself closes only once.
    this.#closed = once(this.#child, "close");
    this.#ended = once(this.#child, "exit").then(() => {
      throw new Error(`The process ended: ${this.output.slice(-500)}`);
    });
    this.#ended.catch(() => {});
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
  }

  /** Loads it as Lambda does, and waits for what it does before its first event. */
  async load(): Promise<void> {
    const { error } = await this.#ask("load", this.#file);
    if (error !== undefined) throw new Error(`The function does not load: ${error}`);
  }

  call(event: unknown): Promise<Outcome> {
    return this.#ask("call", event);
  }

  /** Lambda freezes a process between two events, and also if it is not ready when it waits for the first. */
  freeze(): void {
    this.#child.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child.kill("SIGCONT");
  }

  /** Moves its wall clock, also while it is frozen. */
  advance(seconds: number): void {
    this.#aheadSeconds += seconds;
    writeFileSync(this.#clockFile, String(this.#aheadSeconds));
  }

  /** The time on its wall clock. */
  get now(): number {
    return Date.now() + this.#aheadSeconds * 1000;
  }

  /** The entries of its log with this message. */
  entries(message: string): readonly Readonly<Record<string, unknown>>[] {
    const lines = this.output.split("\n").filter((line) => line !== "");
    return lines.map((line) => JSON.parse(line)).filter((entry) => entry.message === message);
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#closed;
    rmSync(this.#folder, { recursive: true });
  }

  get #clockFile(): string {
    return join(this.#folder, "clock");
  }

  async #ask(command: "load" | "call", argument: unknown): Promise<Outcome> {
    this.#child.send({ command, argument });
    const [outcome]: Outcome[] = await Promise.race([once(this.#child, "message"), this.#ended]);
    return outcome ?? {};
  }
}
