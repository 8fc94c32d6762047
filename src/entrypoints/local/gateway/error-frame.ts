export type ErrorMessage = "Forbidden" | "Internal server error" | "Endpoint request timed out" | "Too Many Requests";

/** To the letter and the space as recorded from AWS: clients have been seen to compare text. */
export function errorFrame(message: ErrorMessage, connectionId: string, requestId: string): string {
  return `{"message": "${message}", "connectionId":"${connectionId}", "requestId":"${requestId}"}`;
}
