export type ErrorMessage =
  | "Endpoint request timed out"
  | "Forbidden"
  | "Internal server error"
  | "Too Many Requests"
  | "Unauthorized"
  | "User is not authorized to access this resource because no identity-based policy allows the execute-api:Invoke action"
  | "User is not authorized to access this resource with an explicit deny in an identity-based policy"
  | "";

/** To the letter and the space as recorded from AWS: clients have been seen to compare text. */
export function errorFrame(message: ErrorMessage, connectionId: string, requestId: string): string {
  return `{"message": "${message}", "connectionId":"${connectionId}", "requestId":"${requestId}"}`;
}
