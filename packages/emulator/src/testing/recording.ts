import type { FunctionError } from "../lambda/lambda-function.ts";
import type { EmulatorEvent, FrameSource, Observer } from "../observer.ts";

export type RecordedFrame = {
  readonly at: number;
  readonly direction: "in" | "out";
  readonly connectionId: string;
  readonly text: string;
  /** Of a frame to a client: a route's response, a post to `@connections`, or an error of the gateway. */
  readonly source?: FrameSource;
};

export type RecordedInvocation = {
  readonly at: number;
  readonly functionName: string;
  readonly requestId: string;
  // biome-ignore-start lint/suspicious/noExplicitAny: a test looks into events and results
  readonly event: any;
  /** Undefined while it runs, and if the function returned nothing. */
  readonly result?: any;
  // biome-ignore-end lint/suspicious/noExplicitAny: see above
  readonly error?: FunctionError;
};

type Waiting = {
  readonly matches: (event: EmulatorEvent) => boolean;
  readonly resolve: (event: EmulatorEvent) => void;
};

/** All that the emulator has done, in its order, as an observer sees it. */
export class Recording {
  readonly events: EmulatorEvent[] = [];
  readonly frames: RecordedFrame[] = [];
  readonly invocations: RecordedInvocation[] = [];
  /** The errors of functions: of invocations that failed, and of faults after the end of one. */
  readonly failures: FunctionError[] = [];
  readonly #running = new Map<string, { -readonly [Name in keyof RecordedInvocation]: RecordedInvocation[Name] }>();
  #waiting: readonly Waiting[] = [];

  readonly observe: Observer = (event) => {
    this.events.push(event);
    this.#keepFrame(event);
    this.#keepInvocation(event);
    const met = this.#waiting.filter(({ matches }) => matches(event));
    this.#waiting = this.#waiting.filter((one) => !met.includes(one));
    for (const { resolve } of met) resolve(event);
  };

  /** The events with which a function was invoked. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into events
  eventsOf(functionName: string): any[] {
    return this.invocations.filter((one) => one.functionName === functionName).map(({ event }) => event);
  }

  /** Waits for the next event of a kind, from now on. */
  next<Kind extends EmulatorEvent["kind"]>(
    kind: Kind,
    matches: (event: Extract<EmulatorEvent, { kind: Kind }>) => boolean = () => true,
  ): Promise<Extract<EmulatorEvent, { kind: Kind }>> {
    type Wanted = Extract<EmulatorEvent, { kind: Kind }>;
    return new Promise((resolve) => {
      const waiting: Waiting = {
        matches: (event) => event.kind === kind && matches(event as Wanted),
        resolve: (event) => resolve(event as Wanted),
      };
      this.#waiting = [...this.#waiting, waiting];
    });
  }

  /** Forgets all that was recorded. */
  clear(): void {
    for (const list of [this.events, this.frames, this.invocations, this.failures]) list.length = 0;
  }

  #keepFrame(event: EmulatorEvent): void {
    if (event.kind !== "frame-received" && event.kind !== "frame-sent") return;
    const { at, connectionId, text } = event;
    const frame = { at, connectionId, text: text() };
    this.frames.push(
      event.kind === "frame-sent"
        ? { ...frame, direction: "out", source: event.source }
        : { ...frame, direction: "in" },
    );
  }

  #keepInvocation(event: EmulatorEvent): void {
    if (event.kind === "fault-after-invocation") this.failures.push(event.error);
    if (event.kind === "invocation-begun") {
      const { at, functionName, requestId } = event;
      const invocation = { at, functionName, requestId, event: JSON.parse(event.payload()) };
      this.#running.set(requestId, invocation);
      this.invocations.push(invocation);
    }
    if (event.kind !== "invocation-ended") return;
    if (event.outcome.kind === "failed") this.failures.push(event.outcome.error);
    const invocation = this.#running.get(event.requestId);
    this.#running.delete(event.requestId);
    if (invocation === undefined) return;
    if (event.outcome.kind === "failed") invocation.error = event.outcome.error;
    else invocation.result = JSON.parse(event.outcome.payload());
  }
}
