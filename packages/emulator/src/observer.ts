import { AsyncLocalStorage } from "node:async_hooks";
import { inspect } from "node:util";
import type { FunctionError } from "./lambda/lambda-function.ts";
import type { Scheduler } from "./scheduler.ts";

/**
 * Watches the emulator. It is called synchronously at each event. Its faults, and those of a promise that it returns,
 * change nothing in the emulator.
 */
export type Observer = (event: EmulatorEvent) => void;

/**
 * An event of the emulator. Events can be printed whole: no member holds a credential or a payload. Payloads are behind
 * functions, which JSON.stringify leaves out. A function's own error text is shown, as CloudWatch shows it.
 */
export type EmulatorEvent = Stamped<
  | HandshakeReceived
  | HandshakeResponded
  | FrameReceived
  | FrameSent
  | ConnectionClosed
  | DisconnectThrottled
  | InvocationBegun
  | InvocationEnded
  | FaultAfterInvocation
  | InvocationRetried
  | InvocationDiscarded
  | FunctionReloaded
  | EventPublished
  | EventRetried
  | EventUndelivered
  | MessageSent
  | MessageReceived
  | MessageFailed
  | MessageReturned
  | MessageDeadLettered
  | MessageDeleted
  | ClockAdvanced
  | FaultsSet
  | FaultStruck
  | SecretRotated
  | SecretRotationFailed
>;

/** `at` is in milliseconds since 1970, by the emulator's clock. */
type Stamped<Event> = Event extends unknown ? Event & { readonly at: number } : never;

/** A client asks for a WebSocket. Nothing has been checked yet. */
type HandshakeReceived = {
  readonly kind: "handshake-received";
  /** The id of a handshake, also in the event of its response; unique in one run. */
  readonly handshakeId: number;
  readonly method: string;
  /** The path without the query. A segment that may be a credential is `…`. */
  readonly path: string;
  /** The names of the query's parameters. Their values may be credentials. */
  readonly query: readonly string[];
  /** The first subprotocol, and `…` for each of the others: clients pass tokens as subprotocols. */
  readonly subprotocols: readonly string[];
};

type HandshakeResponded = {
  readonly kind: "handshake-responded";
  readonly handshakeId: number;
  /** The status of the response; 101 opens the connection. */
  readonly status: number;
  /** Present with 101. */
  readonly connectionId?: string;
};

/** A text message of a client. */
type FrameReceived = {
  readonly kind: "frame-received";
  readonly connectionId: string;
  readonly bytes: number;
  readonly text: () => string;
};

type FrameSent = {
  readonly kind: "frame-sent";
  readonly connectionId: string;
  readonly source: FrameSource;
  readonly bytes: number;
  readonly text: () => string;
};

/** A route's response, a post to `@connections`, or an error of the gateway itself. */
export type FrameSource = "route-response" | "post" | "gateway";

/** Reported also if the client left before the 101. */
type ConnectionClosed = {
  readonly kind: "connection-closed";
  readonly connectionId: string;
  readonly code: number;
  /** The close reason, or `…` if a client's reason may be a credential. */
  readonly reason: string;
  readonly by: ClosedBy;
};

/** `delete-connection` is a DELETE to `@connections`. `network` is a connection that ends without a close frame. */
export type ClosedBy = "client" | "gateway" | "delete-connection" | "network";

/** `$disconnect` is not invoked for this connection: the throttle of its route has no room. */
type DisconnectThrottled = { readonly kind: "disconnect-throttled"; readonly connectionId: string };

type InvocationBegun = {
  readonly kind: "invocation-begun";
  readonly functionName: string;
  readonly requestId: string;
  /** The function's event as JSON. */
  readonly payload: () => string;
};

type InvocationEnded = {
  readonly kind: "invocation-ended";
  readonly functionName: string;
  readonly requestId: string;
  readonly durationMillis: number;
  /** A timeout is a failure of the type `Sandbox.Timedout`. */
  readonly outcome:
    | { readonly kind: "returned"; readonly payload: () => string }
    | { readonly kind: "failed"; readonly error: FunctionError };
};

/** A fault in code that continues after its invocation has ended. */
type FaultAfterInvocation = {
  readonly kind: "fault-after-invocation";
  readonly functionName: string;
  readonly requestId: string;
  readonly error: FunctionError;
};

/** An asynchronous invocation failed, or the function was throttled. It is made again. */
type InvocationRetried = {
  readonly kind: "invocation-retried";
  readonly functionName: string;
  readonly requestId: string;
  readonly reason: "failed" | "throttled";
  readonly afterMillis: number;
};

/** Lambda gives up the event of an asynchronous invocation. */
type InvocationDiscarded = {
  readonly kind: "invocation-discarded";
  readonly functionName: string;
  readonly requestId: string;
  /** As in the record of a destination. */
  readonly condition: "RetriesExhausted" | "EventAgeExceeded";
  /** The names of the destinations and dead-letter queues that took it. Without any it is lost. */
  readonly destinations: readonly string[];
};

/** Its code was edited, and `watch` is set. The next invocation runs the new code. */
type FunctionReloaded = { readonly kind: "function-reloaded"; readonly functionName: string };

/** An event that the bus has accepted. With no rules it reaches no target. */
type EventPublished = {
  readonly kind: "event-published";
  readonly eventId: string;
  readonly eventBusName: string;
  readonly source: string;
  readonly detailType: string;
  /** The rules that it matches, with the names of their queues and functions. */
  readonly rules: readonly { readonly name: string; readonly targets: readonly string[] }[];
  readonly detail: () => string;
};

/** A target cannot take an event now. It is sent again, as the retry policy of the target says. */
type EventRetried = {
  readonly kind: "event-retried";
  readonly eventId: string;
  readonly rule: string;
  readonly target: string;
  readonly code: string;
  readonly afterMillis: number;
};

/** A target that did not accept an event. */
type EventUndelivered = {
  readonly kind: "event-undelivered";
  readonly eventId: string;
  readonly rule: string;
  readonly target: string;
  /** As in the attribute ERROR_CODE of EventBridge's dead letters. */
  readonly code: string;
  /** `cut` is a dead letter whose end is missing, because the whole does not fit. */
  readonly outcome: "dead-lettered" | "cut" | "lost";
};

type MessageSent = MessageEvent & {
  readonly kind: "message-sent";
  readonly bytes: number;
  readonly body: () => string;
};

/** Received by an event source mapping or by ReceiveMessage. */
type MessageReceived = MessageEvent & { readonly kind: "message-received"; readonly receiveCount: number };

/** A function did not process it. It stays in flight until its visibility timeout. */
type MessageFailed = MessageEvent & { readonly kind: "message-failed"; readonly reason: string };

/** Visible again: its visibility timeout has passed, or a consumer has ended it. */
type MessageReturned = MessageEvent & { readonly kind: "message-returned"; readonly receiveCount: number };

/** Moved by its queue's redrive policy. */
type MessageDeadLettered = MessageEvent & {
  readonly kind: "message-dead-lettered";
  readonly deadLetterQueue: string;
  readonly receiveCount: number;
};

type MessageDeleted = MessageEvent & {
  readonly kind: "message-deleted";
  /** The cause: its consumer or a move task, the queue's retention period, or PurgeQueue. */
  readonly why: "deleted" | "expired" | "purged";
};

/** Time was moved. `at` is the time after it. */
type ClockAdvanced = { readonly kind: "clock-advanced"; readonly millis: number };

/** Other faults are to happen from now on; none if the list is empty. */
type FaultsSet = {
  readonly kind: "faults-set";
  readonly seed: number;
  /** Each as a flag has it. */
  readonly faults: readonly string[];
};

/** A fault on demand happens. */
type FaultStruck = {
  readonly kind: "fault-struck";
  /** Its kind. */
  readonly fault: string;
  /** The name of the function, queue, connection or secret; empty if it concerns none. */
  readonly target: string;
};

/** A new version of a secret has AWSCURRENT, and its rotation has ended. */
type SecretRotated = { readonly kind: "secret-rotated"; readonly secret: string; readonly versionId: string };

/** The secret keeps its current version. */
type SecretRotationFailed = {
  readonly kind: "secret-rotation-failed";
  readonly secret: string;
  readonly versionId: string;
  readonly step: "createSecret" | "setSecret" | "testSecret" | "finishSecret";
  readonly reason: string;
  /** Absent if the rotation is not tried again. */
  readonly retryAfterMillis?: number;
};

type MessageEvent = { readonly queue: string; readonly messageId: string };

/** Reports an event. Every part of the emulator calls it. */
export type Observe = (event: Unstamped<EmulatorEvent>) => void;

type Unstamped<Event> = Event extends unknown ? Omit<Event, "at"> : never;

export const noObserve: Observe = () => {};

export function makeObserve(observer: Observer | undefined, scheduler: Scheduler): Observe {
  if (observer === undefined) return noObserve;
  let hasFailed = false;
  const report = (fault: unknown) => {
    // The warning is printed once: an observer that always fails would fill the terminal.
    if (!hasFailed) process.emitWarning(`the emulator's observer failed: ${inspect(fault)}`);
    hasFailed = true;
  };
  // An event may come from a function's code. In its async context, a later fault of the observer would count as the
  // function's own, and process.env would be the function's.
  const outside = AsyncLocalStorage.snapshot();
  return (event) => {
    try {
      const returned: unknown = outside(observer, { ...event, at: scheduler.now() });
      if (returned !== undefined) Promise.resolve(returned).catch(report);
    } catch (fault) {
      report(fault);
    }
  };
}

/**
 * A signed JSON Web Token is longer (the HS256 signature alone has 43 characters); a name that a person gives is
 * shorter.
 */
const MAX_NAME_CHARACTERS = 40;
export const HIDDEN = "…";

/** A client's text, or `…` if it may be a credential. */
export function redact(text: string): string {
  return text.length > MAX_NAME_CHARACTERS ? HIDDEN : text;
}
