import { QueryCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { Item } from "./expressions.ts";
import { type Command, cancelled, type FakeTable } from "./fake-table.ts";

/**
 * The fault of a request. `failed` never arrives; `lost` takes effect, but its answer does not arrive; `late` takes effect after
 * its sender has given it up; with `twice` and `again later` the SDK repeats an unanswered request; `throttled` is a
 * transaction's refusal; `in pieces` writes one item of a transaction after the other.
 */
export type Fault = "none" | "failed" | "lost" | "late" | "twice" | "again later" | "throttled" | "in pieces";

/** Something that waits until it is chosen. */
export type Step = {
  /** The operation; none for a late request. */
  readonly owner?: number;
  readonly command?: Command;
  /** For an operation that waits: whether something was written since it looked. */
  readonly isOfUse: () => boolean;
  readonly take: (fault: Fault) => void;
};

/** Changes the requests to the table, for the mutants. */
export type RequestInterceptor = (command: Command, ask: (command: Command) => Promise<Item>) => Promise<Item>;

/** Is told of every write that took effect, and of a transaction as soon as it can no longer fail. */
export type Written = (owner: number, command: Command) => void;

const NO_ANSWER = new Error("no answer");

/** Every request of every operation waits here for its turn, and so does what lands late. */
export class Steps {
  readonly table: FakeTable;
  readonly waiting: Step[] = [];
  /** The answers to each operation; a repeated answer is listed once. */
  readonly answers: string[][] = [];
  /** The operations with an update that the SDK repeated: it may have met its own effect. */
  readonly repeated = new Set<number>();
  /** Transactions whose last pieces are not written. */
  readonly #unfinished = new Set<Step>();
  readonly #written: Written;
  #writes = 0;
  readonly #lookedAt: number[] = [];

  constructor(table: FakeTable, written: Written) {
    this.table = table;
    this.#written = written;
  }

  get areInPieces(): boolean {
    return this.#unfinished.size > 0;
  }

  /** A document client, of which the adapters use nothing but this. */
  clientOf(owner: number, interceptor: RequestInterceptor = (command, ask) => ask(command)): never {
    return { send: (command: Command) => interceptor(command, (asked) => this.#ask(owner, asked)) } as never;
  }

  /** Resolves when the step is chosen; then the operation goes on. */
  pause(owner: number): Promise<void> {
    const isOfUse = () => this.#lookedAt[owner] !== this.#writes;
    return new Promise((resume) => {
      const take = () => {
        // Every pause is longer than a transaction.
        for (const step of this.#unfinished) step.take("none");
        resume();
      };
      this.waiting.push({ owner, isOfUse, take });
    });
  }

  /** Ends all steps that still wait. */
  abandon(): void {
    while (this.waiting.length > 0) this.waiting.shift()?.take("failed");
  }

  #ask(owner: number, command: Command): Promise<Item> {
    const isWrite = !/^(BatchGet|Get|Query)/.test(command.constructor.name);
    return new Promise((resolve, reject) => {
      const answer = () => {
        try {
          const answered = this.#perform(owner, command, isWrite);
          this.#note(owner, command, answered);
          resolve(answered);
        } catch (thrown) {
          this.#note(owner, command, thrown);
          reject(thrown);
        }
      };
      this.waiting.push({
        owner,
        command,
        isOfUse: () => true,
        take: (fault) => {
          if (fault === "in pieces" && command instanceof TransactWriteCommand) {
            this.#landInPieces(owner, command).then(resolve, reject);
          } else if (fault === "throttled" && command instanceof TransactWriteCommand)
            reject(cancelled(["ThrottlingError"]));
          else if (fault === "failed" || (!isWrite && fault !== "none" && fault !== "in pieces")) reject(NO_ANSWER);
          else if (fault === "late") {
            this.#landLater(owner, command);
            reject(NO_ANSWER);
          } else if (fault === "lost") {
            this.#land(owner, command);
            reject(NO_ANSWER);
          } else {
            // A transaction that comes twice is known by its token, and done once.
            const isTwice = !(command instanceof TransactWriteCommand);
            if (isTwice && (fault === "twice" || fault === "again later")) this.repeated.add(owner);
            if (fault === "twice" && isTwice) this.#land(owner, command);
            if (fault === "again later" && isTwice) this.#landLater(owner, command);
            answer();
          }
        },
      });
    });
  }

  #note(owner: number, command: Command, answer: unknown): void {
    if (command instanceof QueryCommand) this.#lookedAt[owner] = this.#writes;
    const text = JSON.stringify([command.constructor.name, answer], setsAsLists);
    this.answers[owner] ??= [];
    if (this.answers[owner].at(-1) !== text) this.answers[owner].push(text);
  }

  #landLater(owner: number, command: Command): void {
    const take = (fault: Fault) => fault !== "failed" && this.#land(owner, command);
    this.waiting.push({ command, isOfUse: () => true, take });
  }

  /** Settles when the last piece is written. */
  async #landInPieces(owner: number, command: TransactWriteCommand): Promise<Item> {
    const finish = this.table.begin(command);
    this.#writes += 1;
    this.#written(owner, command);
    return new Promise((resolve, reject) => {
      const step: Step = {
        command,
        isOfUse: () => true,
        take: (fault) => {
          if (!this.#unfinished.delete(step)) return;
          finish();
          this.#writes += 1;
          this.#note(owner, command, {});
          if (fault === "none" || fault === "in pieces") resolve({});
          else reject(NO_ANSWER);
        },
      };
      this.#unfinished.add(step);
      this.waiting.push(step);
    });
  }

  #land(owner: number, command: Command): void {
    try {
      this.#perform(owner, command, true);
    } catch {
      // Its condition fails, and no operation waits for the answer.
    }
  }

  #perform(owner: number, command: Command, isWrite: boolean): Item {
    if (isWrite) this.#writes += 1;
    const answer = this.table.perform(command);
    if (isWrite) this.#written(owner, command);
    return answer;
  }
}

export function setsAsLists(_name: string, value: unknown): unknown {
  return value instanceof Set ? [...value].toSorted() : value;
}
