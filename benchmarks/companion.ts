import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** A program in a process of its own beside the benchmark. It responds to one message after the other. */
export class Companion {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Its log goes to /dev/null. */
  static start(file: string): Companion {
    return new Companion(fork(file, { env: {}, stdio: ["ignore", "ignore", "inherit", "ipc"] }));
  }

  get pid(): number {
    return this.#child.pid ?? Number.NaN;
  }

  ask<T>(question: object): Promise<T> {
    this.#child.send(question);
    return this.hear<T>();
  }

  async hear<T>(): Promise<T> {
    const waiting = new AbortController();
    const { signal } = waiting;
    const gone = once(this.#child, "exit", { signal }).then(() => Promise.reject(new Error("A companion is gone")));
    try {
      return (await Promise.race([once(this.#child, "message", { signal }), gone]))[0];
    } finally {
      waiting.abort();
    }
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}
