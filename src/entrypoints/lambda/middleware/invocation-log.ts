import type { LogFields, Logger } from "../../../application/ports/logger.ts";

/** The one log entry of an invocation. Handlers add fields to it; it is written at the end. */
export class InvocationLog {
  readonly #startedAt = millis();
  readonly #coldStart: boolean;
  #fields: LogFields;
  #failed = false;

  constructor(fields: LogFields, { coldStart }: { readonly coldStart: boolean }) {
    this.#fields = fields;
    this.#coldStart = coldStart;
  }

  add(fields: LogFields): void {
    this.#fields = { ...this.#fields, ...fields };
  }

  fail(fields: LogFields): void {
    this.add({ outcome: "failed", ...fields });
    this.#failed = true;
  }

  writeTo(logger: Logger): void {
    const durationMs = Math.round((millis() - this.#startedAt) * 10) / 10;
    const fields = { ...this.#fields, durationMs, coldStart: this.#coldStart, invocations: 1 };
    if (this.#failed) logger.error("invocation", fields);
    else logger.info("invocation", fields);
  }
}

/** The clock of `performance`, without the module, which a cold start would have to load. */
function millis(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
