import type { IncomingMessage } from "node:http";
import type { Access } from "../http/access.ts";
import type { HttpService } from "../http/http-service.ts";
import { divideUrl } from "../http/query.ts";
import { BAD_REQUEST_PAGE, isAmbiguous } from "../http/request-checks.ts";
import type { ApiDescription, Stage } from "./api-description.ts";
import { MAX_HEADERS, MAX_URL_CHARACTERS } from "./quotas.ts";
import { FORBIDDEN, type Refusal } from "./refusal.ts";

/** Sixteen bytes in base64 (RFC 6455 section 4.1). */
const WEBSOCKET_KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

const UPGRADE_REQUIRED: Refusal = { status: 426, headers: { Upgrade: "websocket", "Sec-WebSocket-Version": "13" } };
const BAD_REQUEST: Refusal = { status: 400, body: '{"message":"Bad Request"}' };
const URI_TOO_LONG: Refusal = { status: 414, body: '{"message":"URI Too Long"}' };
const HEADERS_TOO_LARGE: Refusal = { status: 431, body: '{"message":"Request Header Fields Too Large"}' };

export type CheckedUpgrade =
  | { readonly kind: "handshake"; readonly stage: Stage }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** Checks whether a request is a WebSocket handshake, and finds its stage. Runs before any function is invoked. */
export function checkUpgrade(
  request: IncomingMessage,
  api: ApiDescription,
  access: Pick<Access, "isLocalHost">,
): CheckedUpgrade {
  const stage = findStage(request, api, access);
  const fault = findFault(request) ?? (stage === undefined ? FORBIDDEN : findHandshakeFault(request));
  if (fault === undefined && stage !== undefined) return { kind: "handshake", stage };
  return { kind: "refused", refusal: fault ?? FORBIDDEN };
}

function findFault(request: IncomingMessage): Refusal | undefined {
  const { method, url = "" } = request;
  if (url.length > MAX_URL_CHARACTERS) return URI_TOO_LONG;
  if (request.rawHeaders.length / 2 > MAX_HEADERS) return HEADERS_TOO_LARGE;
  if (isAmbiguous(request)) return BAD_REQUEST_PAGE;
  return request.httpVersion !== "1.1" || method !== "GET" || hasBody(request) ? BAD_REQUEST : undefined;
}

/** The stage at the request's host and path. No host but this machine and the API's own names has one. */
function findStage(
  { headers, url }: IncomingMessage,
  api: ApiDescription,
  access: Pick<Access, "isLocalHost">,
): Stage | undefined {
  const { stages, domains = [], isDefaultEndpointDisabled = false } = api;
  const { path } = divideUrl(url);
  if (access.isLocalHost(headers)) {
    return isDefaultEndpointDisabled ? undefined : stages.find(({ name }) => isAt(path, `/${name}`));
  }
  const host = headers.host?.toLowerCase().replace(/:\d{1,5}$/, "");
  const domain = domains.find(({ name, path: own }) => name.toLowerCase() === host && isAt(path, own));
  return stages.find(({ name }) => name === domain?.stage);
}

function findHandshakeFault({ headers }: IncomingMessage): Refusal | undefined {
  if (headers.upgrade?.toLowerCase() !== "websocket") return UPGRADE_REQUIRED;
  if (headers["sec-websocket-version"] !== "13") return UPGRADE_REQUIRED;
  return WEBSOCKET_KEY.test(headers["sec-websocket-key"] ?? "") ? undefined : BAD_REQUEST;
}

/** A stage's URL, and every path below it, accepts only handshakes. */
export function makeStageService({ stages, isDefaultEndpointDisabled = false }: ApiDescription): HttpService {
  return async ({ path }) =>
    !isDefaultEndpointDisabled && stages.some(({ name }) => path === `/${name}` || path.startsWith(`/${name}/`))
      ? UPGRADE_REQUIRED
      : undefined;
}

function isAt(path: string, place: string): boolean {
  return path === place || (place !== "/" && path === `${place}/`);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
}
