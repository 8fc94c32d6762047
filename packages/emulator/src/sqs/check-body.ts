import { AwsError } from "../aws-json/aws-error.ts";

/** What XML 1.0 calls a character: all that SQS carries. */
const ALLOWED = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]+$/u;

/** SQS's SendMessage reference: at least one character, only these, and not more than the queue takes. */
export function checkBody(body: string, bytes: number, maximumBytes: number): void {
  if (body === "") throw new AwsError("MissingParameter", "The request must contain the parameter MessageBody.");
  if (bytes > maximumBytes) {
    throw new AwsError(
      "InvalidParameterValue",
      `One or more parameters are invalid. Reason: Message must be shorter than ${maximumBytes} bytes.`,
    );
  }
  if (!isCarried(body)) throw new AwsError("InvalidMessageContents", "Invalid characters found in the message body.");
}

/** For bodies, and for the texts of attributes. */
export function isCarried(text: string): boolean {
  return ALLOWED.test(text);
}
