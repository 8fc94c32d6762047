import { encodeEndingTask } from "../../src/adapters/sqs/ending-body.ts";
import type { AdminOrder } from "../../src/domain/connection/ending-order.ts";
import type { EndingTask, UnendedReason } from "../../src/domain/connection/ending-task.ts";

/** A message of the administrators' queue. */
export type TaskMessage = { readonly eventId: string; readonly body: string };

export function messageOf(task: EndingTask): TaskMessage {
  return { eventId: eventIdOf(task), body: encodeEndingTask(task) };
}

/** An event of an administrator, and what became of it. */
export type AdminEvent = {
  readonly order: AdminOrder;
  /** A moment of the history. */
  readonly begun: number;
  /** The moment at which its revocation was in the list, or its grant or withdrawal recorded. */
  listed: number;
  /** When its first message was carried out, in milliseconds. */
  deliveredAt: number;
};

/** A dead letter of the function that ends connections. */
export type UnendedTask = { readonly task: EndingTask; readonly reason: UnendedReason | "RECEIVED_TOO_OFTEN" };

export function eventIdOf({ order }: EndingTask): string {
  return "eventId" in order ? order.eventId : order.kind;
}
