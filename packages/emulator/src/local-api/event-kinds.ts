import type { EmulatorEvent } from "../observer.ts";

/** All kinds of events. The compiler asks for each new one. */
const KINDS: Readonly<Record<EmulatorEvent["kind"], true>> = {
  "handshake-received": true,
  "handshake-responded": true,
  "frame-received": true,
  "frame-sent": true,
  "connection-closed": true,
  "invocation-begun": true,
  "invocation-ended": true,
  "fault-after-invocation": true,
  "event-published": true,
  "event-undelivered": true,
  "message-sent": true,
  "message-received": true,
  "message-failed": true,
  "message-returned": true,
  "message-dead-lettered": true,
  "message-deleted": true,
  "disconnect-throttled": true,
  "clock-advanced": true,
  "faults-set": true,
  "fault-struck": true,
  "invocation-retried": true,
  "invocation-discarded": true,
  "event-retried": true,
  "function-reloaded": true,
  "secret-rotated": true,
  "secret-rotation-failed": true,
};

export const EVENT_KINDS: readonly string[] = Object.keys(KINDS);
