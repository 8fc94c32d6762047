import type { IncomingHttpHeaders } from "node:http";
import type { Faults } from "../faults/faults.ts";
import {
  decodeSegment,
  type HttpRequest,
  type HttpResponse,
  type HttpService,
  NO_RESPONSE,
} from "../http/http-service.ts";
import type { Stage } from "./api-description.ts";
import { DELETED } from "./closing.ts";
import type { ClientConnection, Connections } from "./connections.ts";
import { wasConnectionId } from "./ids.ts";
import { MAX_MESSAGE_BYTES } from "./quotas.ts";

/** SDKs encode the at-sign and the id's padding; people who use curl do not. */
const CONNECTION = /^\/([^/]+)\/(?:@|%40)connections\/([^/]+)$/;

/** A signature for this service is required but not verified: the emulator has no keys. */
const SIGNATURE =
  /^AWS4-HMAC-SHA256 Credential=[^,]+\/execute-api\/aws4_request, ?SignedHeaders=[^,]+, ?Signature=[0-9a-f]{64}$/;

/** The `@connections` API: posts to open WebSockets, describes them, closes them. */
export function makeManagementApi(deps: {
  readonly stages: readonly Stage[];
  readonly connections: Connections;
  readonly withinRequestQuota: () => boolean;
  readonly faults: Faults;
}): HttpService {
  return async (request) => {
    const [, stage, encodedId = ""] = CONNECTION.exec(request.path) ?? [];
    if (stage === undefined) return undefined;
    if (!deps.stages.some(({ name }) => name === stage)) return errorResponse(403, "ForbiddenException", "Forbidden");
    const id = decodeSegment(encodedId) ?? encodedId;
    // This check comes before the signature's, as on AWS.
    if (!wasConnectionId(id)) return errorResponse(400, "BadRequestException", `Invalid connectionId: ${id}`);
    if (!isSigned(request.headers))
      return errorResponse(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
    if (!deps.withinRequestQuota()) return errorResponse(429, "LimitExceededException", "Too Many Requests");
    const connection = deps.connections.find(id);
    const answer = () => (connection === undefined ? GONE : manage(request, connection, deps.connections));
    const fault = deps.faults.strikes("connections-api-silent", id) ?? deps.faults.strikes("connections-api", id);
    if (fault === undefined) return answer();
    if (fault.settings["after"] === 1) answer();
    return fault.kind === "connections-api" ? failure(fault.settings["status"] ?? 500) : NO_RESPONSE;
  };
}

/** On AWS the body of a 410 is empty: SDKs read the type from the header. */
const GONE: HttpResponse = { status: 410, headers: { "x-amzn-ErrorType": "GoneException" } };

/** The answer of a fault on demand, as AWS would give it with this status. */
function failure(status: number): HttpResponse {
  switch (status) {
    case 403:
      return errorResponse(403, "ForbiddenException", "Forbidden");
    case 410:
      return GONE;
    case 429:
      return errorResponse(429, "LimitExceededException", "Too Many Requests");
    default:
      return errorResponse(status, "InternalServerErrorException", "Internal server error");
  }
}

function manage(request: HttpRequest, connection: ClientConnection, connections: Connections): HttpResponse {
  const { session, socket } = connection;
  switch (request.method) {
    case "POST":
      return post(request.body, connection, connections);
    case "GET":
      return json({
        connectedAt: new Date(session.connectedAt).toISOString(),
        identity: session.identity,
        lastActiveAt: new Date(socket.lastActiveAt).toISOString(),
      });
    case "DELETE":
      socket.close(DELETED);
      return { status: 204 };
    default:
      return errorResponse(403, "ForbiddenException", "Forbidden");
  }
}

/** Sends a text frame to the client, for every content type. */
function post(body: Buffer, connection: ClientConnection, connections: Connections): HttpResponse {
  // The response has no body and no type, so that SDKs do not raise the error of their model.
  if (body.length > MAX_MESSAGE_BYTES) return { status: 413 };
  switch (connections.send(connection, { source: "post", text: body.toString() })) {
    case "sent":
      return { status: 200 };
    case "full":
      return errorResponse(429, "LimitExceededException", "The client's buffer is full");
    case "closed":
      return GONE;
  }
}

function isSigned({ authorization }: IncomingHttpHeaders): boolean {
  return authorization !== undefined && SIGNATURE.test(authorization);
}

function json(value: unknown): HttpResponse {
  return { status: 200, headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) };
}

function errorResponse(status: number, type: string, message: string): HttpResponse {
  return {
    status,
    headers: { "Content-Type": "application/json", "x-amzn-ErrorType": type },
    body: JSON.stringify({ message }),
  };
}
