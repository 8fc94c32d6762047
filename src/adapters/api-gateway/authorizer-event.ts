import type { ConnectionAttempt } from "../../application/access/authorize-connection.ts";
import { MalformedInputError } from "../../domain/errors.ts";
import { headerValues, parseEvent, queryValues, textField } from "./event-fields.ts";

/** A handshake that asks to be let in, as a REQUEST authorizer on `$connect` is told of it. */
export type Handshake = { readonly methodArn: string; readonly attempt: ConnectionAttempt };

/** Throws MalformedInputError for anything but such an event: nothing else may ask. */
export function parseAuthorizerEvent(value: unknown): Handshake {
  const { event } = parseEvent(value);
  const methodArn = textField(event, "methodArn");
  if (textField(event, "type") !== "REQUEST" || methodArn === undefined || !METHOD_ARN.test(methodArn)) {
    throw new MalformedInputError("MALFORMED_EVENT");
  }
  const presented = {
    query: queryValues(event, "access_token"),
    subprotocols: headerValues(event, "sec-websocket-protocol"),
  };
  return { methodArn, attempt: { presented, origins: headerValues(event, "origin") } };
}

/** API, stage and `$connect`. Neither wildcard of an IAM policy may come in by way of it. */
const METHOD_ARN = /^arn:aws[a-z-]*:execute-api:[a-z0-9-]+:\d{12}:[A-Za-z0-9]+\/[A-Za-z0-9_-]+\/\$connect$/;
