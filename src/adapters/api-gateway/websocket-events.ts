import { isCorrelationId, type MessageReference } from "@portcullis/protocol";
import type { ConnectionAttempt } from "../../application/access/authorize-connection.ts";
import type { OpeningConnection } from "../../application/connections/open-and-close.ts";
import type { PresentedRenewal } from "../../application/connections/renew-connection.ts";
import type { EntitiesRequest } from "../../application/subscriptions/subscribe.ts";
import { type ConnectionId, parseConnectionId } from "../../domain/connection/connection.ts";
import { MalformedInputError } from "../../domain/errors.ts";
import type { Grants } from "../../domain/grants/grant.ts";
import { parseWrittenGrants } from "../../domain/grants/token-grants.ts";
import { parseIdentity, parseUserId } from "../../domain/identity/identity.ts";
import { ownProperty, type PlainObject, parseJson, parseJsonObject } from "../../domain/plain-object.ts";
import { parseStrictObject } from "../../domain/strict-json.ts";
import { isPlainText } from "../../domain/text.ts";
import { parseEpochMillis, parseEpochSeconds, wholeSeconds } from "../../domain/time.ts";
import { parseTokenId, type TokenFacts } from "../../domain/token/token-facts.ts";
import { objectField, textField } from "../event-members.ts";
import { grantsId } from "../grants-id.ts";
import { issuerId } from "../issuer-id.ts";
import { headerValues, parseEvent, parseRouteEvent, queryValues } from "./event-fields.ts";

/** A handshake, as API Gateway describes it to a REQUEST authorizer on `$connect`. */
export type Handshake = { readonly methodArn: string; readonly attempt: ConnectionAttempt };

/** Throws MalformedInputError for any other event. */
export function parseAuthorizerEvent(value: unknown): Handshake {
  const { event } = parseEvent(value);
  const methodArn = textField(event, "methodArn");
  if (textField(event, "type") !== "REQUEST" || methodArn === undefined || !METHOD_ARN.test(methodArn)) {
    throw new MalformedInputError("MALFORMED_EVENT");
  }
  const credentials = {
    query: queryValues(event, "access_token"),
    subprotocols: headerValues(event, "sec-websocket-protocol"),
    authorization: headerValues(event, "authorization"),
  };
  return { methodArn, attempt: { credentials, origins: headerValues(event, "origin") } };
}

/**
 * API, stage and `$connect`. The pattern excludes both wildcards of IAM policies, because the policy repeats the ARN.
 */
const METHOD_ARN = /^arn:aws[a-z-]*:execute-api:[a-z0-9-]+:\d{12}:[A-Za-z0-9]+\/[A-Za-z0-9_-]+\/\$connect$/;

/**
 * In bytes. The first limit fits an IPv6 address with a zone, the second fits real user agents. Longer user agents are
 * left out.
 */
const MAX_SOURCE_IP = 64;
const MAX_USER_AGENT = 512;

/**
 * Reads the opening connection from an event. The gateway or the authorizer set every field; values from the client
 * decide nothing.
 */
export function parseConnectEvent(value: unknown): {
  readonly opening: OpeningConnection;
  readonly subprotocols: readonly string[];
} {
  const { event, requestContext } = parseRouteEvent(value, "CONNECT");
  const authorizer = objectField(requestContext, "authorizer");
  const gatewayIdentity = objectField(requestContext, "identity");
  const sourceIp = textField(gatewayIdentity, "sourceIp");
  const userAgent = textField(gatewayIdentity, "userAgent");
  const identity = parseIdentity(authorizer);
  const connectedAt = parseEpochMillis(ownProperty(requestContext, "connectedAt"));
  const grants = grantsIn(authorizer);
  const token = parseTokenFacts(authorizer, grants ?? []);
  // Without an identity the `$connect` route has no authorizer: the connection must not open.
  if (!identity || !connectedAt || !token || !grants || !isPlainText(sourceIp, MAX_SOURCE_IP)) {
    throw new MalformedInputError("MALFORMED_EVENT");
  }
  return {
    opening: {
      id: connectionIdIn(requestContext),
      identity,
      sourceIp,
      ...(isPlainText(userAgent, MAX_USER_AGENT) && { userAgent }),
      connectedAt,
      token,
      grants,
    },
    subprotocols: headerValues(event, "sec-websocket-protocol"),
  };
}

/** Reads the facts about the token of the handshake. The gateway turns the authorizer's context into text. */
function parseTokenFacts(authorizer: PlainObject, grants: Grants): TokenFacts | undefined {
  const grantsName = grantsId(grants);
  const issuer = textField(authorizer, "issuer");
  const expiresAt = parseEpochSeconds(Number(textField(authorizer, "tokenExpiresAt")));
  const issuedAt = parseEpochSeconds(Number(textField(authorizer, "tokenIssuedAt")));
  const tokenId = parseTokenId(textField(authorizer, "tokenId"));
  if (issuer === undefined || expiresAt === undefined) return undefined;
  return {
    issuer: issuerId(issuer),
    expiresAt: wholeSeconds(expiresAt),
    ...(issuedAt !== undefined && { issuedAt }),
    ...(tokenId !== undefined && { tokenId }),
    ...(grantsName !== undefined && { grants: grantsName }),
  };
}

/** The connection of a message, and its user. */
export type Sender = Pick<EntitiesRequest, "connectionId" | "userId">;

/**
 * Reads the sender of a message. The gateway repeats the authorizer's context for the whole life of a connection, so
 * the context cannot tell when the connection ends: its record does.
 */
export function parseSender(value: unknown): Sender {
  const { requestContext } = parseRouteEvent(value, "MESSAGE");
  const authorizer = objectField(requestContext, "authorizer");
  const userId = parseUserId(ownProperty(authorizer, "userId"));
  if (!userId) throw new MalformedInputError("MALFORMED_EVENT");
  return { connectionId: connectionIdIn(requestContext), userId };
}

/**
 * Reads the sender of a renewal. The context is that of the handshake for ever: its user and its issuer never change, and
 * the facts of its token are not read.
 */
export function parseRenewingSender(value: unknown): Omit<PresentedRenewal, "token" | "seq"> {
  const { requestContext } = parseRouteEvent(value, "MESSAGE");
  const authorizer = objectField(requestContext, "authorizer");
  const userId = parseUserId(ownProperty(authorizer, "userId"));
  const connectedAt = parseEpochMillis(ownProperty(requestContext, "connectedAt"));
  const issuer = textField(authorizer, "issuer");
  if (!userId || !connectedAt) throw new MalformedInputError("MALFORMED_EVENT");
  return {
    connectionId: connectionIdIn(requestContext),
    userId,
    connectedAt,
    ...(issuer !== undefined && { issuer }),
  };
}

/**
 * Reads the grants from one key of the authorizer's context. They are JSON, because the context's values are flat
 * texts. Absent without a grant.
 */
function grantsIn(authorizer: PlainObject): Grants | undefined {
  if (!Object.hasOwn(authorizer, "grants")) return [];
  return parseWrittenGrants(parseJson(textField(authorizer, "grants") ?? ""));
}

export function parseDisconnectEvent(value: unknown): ConnectionId {
  return connectionIdIn(parseRouteEvent(value, "DISCONNECT").requestContext);
}

/** Reads the id from the request context only: a client may write any id into a header or a body. */
function connectionIdIn(requestContext: PlainObject): ConnectionId {
  const id = parseConnectionId(ownProperty(requestContext, "connectionId"));
  if (id === undefined) throw new MalformedInputError("MALFORMED_CONNECTION_ID");
  return id;
}

/** Deeper than any frame of the protocol. */
const MAX_DEPTH = 32;

export type ClientMessage = {
  readonly reference: MessageReference;
  /** Undefined if the text is not a JSON object, or is refused. */
  readonly frame: PlainObject | undefined;
};

/** Throws MalformedInputError for an event that is not a client's message. */
export function parseMessageEvent(value: unknown): ClientMessage {
  const { event, requestContext } = parseRouteEvent(value, "MESSAGE");
  const body = textField(event, "body") ?? "";
  const frame = parseStrictObject(body, MAX_DEPTH);
  // The id is also read from an object that is refused: without it the client would wait for its response for ever.
  const id = textField(frame ?? parseJsonObject(body) ?? {}, "id");
  return {
    reference: {
      requestId: textField(requestContext, "requestId") ?? "",
      ...(id !== undefined && isCorrelationId(id) && { id }),
    },
    frame,
  };
}
