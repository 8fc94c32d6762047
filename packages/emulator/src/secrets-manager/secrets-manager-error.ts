import { AwsError } from "../aws-json/aws-error.ts";

export function notFound(message = "Secrets Manager can't find the specified secret."): AwsError {
  return new AwsError("ResourceNotFoundException", message);
}

/** An operation that the state of the secret does not allow. */
export function invalidRequest(message: string): AwsError {
  return new AwsError("InvalidRequestException", message);
}

/** The error of a fault on demand, as in an outage of the service. */
export function unreadable(): AwsError {
  return new AwsError("InternalServiceError", "An error occurred on the server side.", { status: 500 });
}

export function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}
