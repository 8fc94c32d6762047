import { AwsError } from "../aws-json/aws-error.ts";
import { type MessageAttributes, messageBytes, type OutgoingMessage } from "../sqs/message.ts";
import type { ExhaustedCondition } from "./retry-policy.ts";

export type DeliveryFailure = { readonly code: string; readonly message: string };

export const NOT_PERMITTED: DeliveryFailure = {
  code: "NO_PERMISSIONS",
  message: "The target's policy does not let the rule send to it.",
};

/** The reason why a queue refused an event, with the codes of EventBridge's dead letters. */
export function failureOf(error: unknown): DeliveryFailure {
  if (!(error instanceof AwsError)) return { code: "INTERNAL_EXCEPTION", message: "Internal failure" };
  return { code: error.code === "RequestThrottled" ? "THROTTLING" : "INVALID_PARAMETER", message: error.message };
}

/** True for failures that may pass: a target that is full now, and its own faults. */
export function isRetryable({ code }: DeliveryFailure): boolean {
  return code === "THROTTLING" || code === "INTERNAL_EXCEPTION";
}

export type DeadLetter = {
  readonly ruleArn: string;
  readonly targetArn: string;
  readonly failure: DeliveryFailure;
  /** Absent if the failure was not retryable. `exhausted` is the part of the retry policy that ended the retries. */
  readonly retries?: { readonly attempts: number; readonly exhausted: ExhaustedCondition | undefined };
};

/**
 * The attributes of a dead letter (EventBridge user guide, "Using dead-letter queues to process undelivered events").
 */
export function deadLetterAttributes(letter: DeadLetter): MessageAttributes {
  const { retries } = letter;
  const texts = {
    RULE_ARN: letter.ruleArn,
    TARGET_ARN: letter.targetArn,
    ERROR_CODE: letter.failure.code,
    ERROR_MESSAGE: letter.failure.message,
    ...(retries?.exhausted !== undefined && { EXHAUSTED_RETRY_CONDITION: retries.exhausted }),
  };
  const attributes = Object.entries(texts).map(([name, value]) => [name, "String", value] as const);
  const counted = retries === undefined ? [] : [["RETRY_ATTEMPTS", "Number", String(retries.attempts)] as const];
  return new Map([...attributes, ...counted].map(([name, dataType, stringValue]) => [name, { dataType, stringValue }]));
}

/** Cuts the body so that it fits beside the attributes. AWS does not document how it treats the rest. */
export function fitted(message: OutgoingMessage, maximumBytes: number): OutgoingMessage {
  const { body, attributes = new Map() } = message;
  const space = maximumBytes - messageBytes("", attributes);
  const bytes = Buffer.from(body);
  if (bytes.length <= space) return message;
  // With `stream`, a character that the cut divides is left out.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return { ...message, body: decoder.decode(bytes.subarray(0, Math.max(space, 0)), { stream: true }) };
}
