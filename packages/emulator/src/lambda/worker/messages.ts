import type { LambdaContext } from "../lambda-context.ts";
import type { FunctionError } from "../lambda-function.ts";
import type { OwnEndpoint } from "./own-endpoint.ts";

/** Where a handler is, by the template's `CodeUri` and `Handler`. */
export type HandlerLocation = {
  /** The template's `Handler`, for messages. */
  readonly name: string;
  /** The file name of the module without its ending. */
  readonly module: string;
  /** The path of the export in the module. Empty if `Handler` has no dot. */
  readonly exportPath: readonly string[];
  /** The path of the module. Undefined if there is no such file. */
  readonly file: string | undefined;
};

/** What a worker thread gets at its start: one function, and the emulator's clock and address. */
export type WorkerStart = {
  readonly handler: HandlerLocation;
  /** The major version of Node.js that the template asks for. It decides which styles of handlers there are. */
  readonly nodeMajor: number;
  /** An Int32Array of two numbers, on which the thread sleeps: see GATE. */
  readonly gate: SharedArrayBuffer;
  /** The shared numbers of the emulator's clock. */
  readonly clock: SharedArrayBuffer;
  /** Calls by `https` to it are sent by `http`. */
  readonly ownEndpoint: OwnEndpoint;
};

/**
 * The numbers of the gate. `invocations` counts them: a thread sleeps on it until the next one. `unread` is how many
 * characters of output the emulator has not taken yet: a thread that writes faster sleeps on it.
 */
export const GATE = { invocations: 0, unread: 1 } as const;

/** The emulator's only message: an invocation. */
export type WorkerInvocation = {
  readonly payload: string;
  readonly context: Omit<LambdaContext, "getRemainingTimeInMillis" | "callbackWaitsForEmptyEventLoop">;
  /** By the function's clock. */
  readonly deadline: number;
  /** The milliseconds by which the function's clock is ahead of the emulator's: zero without a fault. */
  readonly wrongMillis: number;
};

export type OutputStream = "stdout" | "stderr";

/** The messages of a worker. It is ready once; then each invocation ends with one result. */
export type WorkerMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "output"; readonly stream: OutputStream; readonly text: string }
  | { readonly kind: "returned"; readonly json: string }
  /** Also the error of a module that cannot be loaded. After `isFatal` the thread ends, as the process does on Lambda. */
  | { readonly kind: "failed"; readonly error: FunctionError; readonly isFatal: boolean };
