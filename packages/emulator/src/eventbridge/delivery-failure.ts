import { AwsError } from "../aws-json/aws-error.ts";
import { type MessageAttributes, messageBytes, type OutgoingMessage } from "../sqs/message.ts";

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

/**
 * The attributes of a dead letter (EventBridge user guide, "Using dead-letter queues to process undelivered events").
 */
export function deadLetterAttributes(letter: {
  readonly ruleArn: string;
  readonly targetArn: string;
  readonly failure: DeliveryFailure;
}): MessageAttributes {
  const texts = {
    RULE_ARN: letter.ruleArn,
    TARGET_ARN: letter.targetArn,
    ERROR_CODE: letter.failure.code,
    ERROR_MESSAGE: letter.failure.message,
  };
  return new Map(Object.entries(texts).map(([name, stringValue]) => [name, { dataType: "String", stringValue }]));
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
