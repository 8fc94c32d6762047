import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Access } from "./access.ts";
import type { BodyBudget } from "./body-budget.ts";
import { type HttpRequest, type HttpResponse, type HttpService, NO_RESPONSE } from "./http-service.ts";
import { peerAddress } from "./peer.ts";
import { divideUrl } from "./query.ts";
import { expectedBodyBytes, MAX_BODY_BYTES, readBody } from "./read-body.ts";
import { BAD_REQUEST_PAGE, isAmbiguous } from "./request-checks.ts";

const FORBIDDEN: HttpResponse = {
  status: 403,
  headers: { "Content-Type": "application/json", "x-amzn-ErrorType": "ForbiddenException" },
  body: '{"message":"Forbidden"}',
};

const INTERNAL_ERROR: HttpResponse = {
  status: 500,
  headers: { "Content-Type": "application/json", "x-amzn-ErrorType": "InternalServerErrorException" },
  body: '{"message":"Internal server error"}',
};

/** The response to another machine without the key. A browser asks its user for it. */
const KEY_NEEDED: HttpResponse = {
  status: 401,
  headers: {
    "Content-Type": "application/json",
    "WWW-Authenticate": 'Basic realm="emulator", charset="UTF-8"',
    "x-amzn-ErrorType": "UnrecognizedClientException",
  },
  body: '{"message":"Other machines need the key of the emulator, as access key id or in x-emulator-key"}',
};

const TOO_LARGE: HttpResponse = { status: 413, headers: { Connection: "close" } };

/** The response if no memory is free for a body. SDKs try again after 503. */
const NO_MEMORY: HttpResponse = {
  status: 503,
  headers: { "Content-Type": "application/json", "x-amzn-ErrorType": "ServiceUnavailableException" },
  body: '{"message":"Too many large requests at once"}',
};

type Deps = {
  readonly access: Access;
  readonly services: readonly HttpService[];
  /**
   * The service that web pages of every origin may call, if the path is its own. No other service gets such a request:
   * some of them do not go by the path.
   */
  readonly publicService?: (path: string) => HttpService | undefined;
  /** The budget for bodies of requests to this path. */
  readonly bodyBudget: (path: string) => BodyBudget;
};

/** Serves everything on one port: upgrades go to the gateway, requests to the first service that responds. */
export function makeHttpServer(
  deps: Deps & {
    readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  },
): Server {
  const server = createServer({
    maxHeaderSize: 16 * 1024,
    headersTimeout: 5_000,
    requestTimeout: 30_000,
    // Node checks timeouts only at this interval; its default of 30 s would turn the 5 s above into 35.
    connectionsCheckingInterval: 1_000,
  });
  // Node silently drops headers above its limit, and our checks would not see them.
  server.maxHeadersCount = 0;
  server.on("request", (request, outgoing) => {
    respond(request, deps)
      .catch(() => INTERNAL_ERROR)
      .then((response) => send(outgoing, response))
      .catch(() => outgoing.destroy());
  });
  server.on("upgrade", (request, socket, head) => {
    deps.access.dropKey(request);
    deps.onUpgrade(request, socket, head);
  });
  return server;
}

async function respond(request: IncomingMessage, deps: Deps): Promise<HttpResponse> {
  if (isAmbiguous(request)) return BAD_REQUEST_PAGE;
  const { path, query } = divideUrl(request.url);
  const publicService = deps.publicService?.(path);
  const { access } = deps;
  if (!access.isLocalHost(request.headers)) return FORBIDDEN;
  if (publicService === undefined && access.isForeignPage(request.headers)) return FORBIDDEN;
  if (publicService === undefined && !access.isAdmitted(request)) return KEY_NEEDED;
  if (publicService !== undefined) access.dropKey(request);
  const bytes = expectedBodyBytes(request.headers);
  const release = bytes > MAX_BODY_BYTES ? undefined : await deps.bodyBudget(path).acquire(bytes);
  if (release === undefined) {
    // The body is read and dropped: unread bytes would turn the close into a reset, which can overtake the response.
    request.resume();
    return bytes > MAX_BODY_BYTES ? TOO_LARGE : NO_MEMORY;
  }
  let response: HttpResponse | undefined;
  try {
    const body = await readBody(request);
    const services = publicService === undefined ? deps.services : [publicService];
    response = body === undefined ? TOO_LARGE : await serve({ request, path, query, body }, services);
    return response;
  } finally {
    if (response?.until === undefined) release();
    else void response.until.finally(release);
  }
}

async function serve(
  { request, path, query, body }: { request: IncomingMessage; path: string; query: string; body: Buffer },
  services: readonly HttpService[],
): Promise<HttpResponse> {
  const { method = "", headers, rawHeaders } = request;
  const clientIp = peerAddress(request.socket);
  const sent: HttpRequest = {
    ...{ method, path, rawQuery: query, headers, rawHeaders, clientIp, body },
    // Most requests have no query, and most services read none.
    get query() {
      return new URLSearchParams(`?${query}`);
    },
  };
  for (const service of services) {
    const response = await service(sent);
    if (response !== undefined) return response;
  }
  return FORBIDDEN;
}

async function send(outgoing: ServerResponse, response: HttpResponse): Promise<void> {
  if (response === NO_RESPONSE) return;
  const { status, headers, body = "" } = response;
  if (typeof body === "string" || body instanceof Uint8Array) {
    const length = status !== 204 && { "Content-Length": Buffer.byteLength(body) };
    outgoing.writeHead(status, { ...headers, ...length } as OutgoingHttpHeaders);
    outgoing.end(body);
    return;
  }
  outgoing.writeHead(status, headers as OutgoingHttpHeaders);
  if (outgoing.req.method === "HEAD") {
    outgoing.end();
    await body[Symbol.asyncIterator]().return?.();
    return;
  }
  const pieces = body[Symbol.asyncIterator]();
  // A stream that waits for its next piece would not notice that its client has gone.
  outgoing.once("close", () => void pieces.return?.());
  // The client gets the head before the first piece.
  outgoing.flushHeaders();
  await pipeline({ [Symbol.asyncIterator]: () => pieces }, outgoing);
}
