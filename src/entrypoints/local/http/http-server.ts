import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { BAD_REQUEST_PAGE, isAmbiguous } from "./ambiguous-request.ts";
import type { HttpResponse, HttpService } from "./http-service.ts";
import { isForeignPage, isLocalHost } from "./local-callers.ts";
import { readBody } from "./read-body.ts";

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

/** One port for everything: upgrades go to the gateway, requests to the first service that knows them. */
export function makeHttpServer(deps: {
  readonly services: readonly HttpService[];
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}): Server {
  const server = createServer({
    maxHeaderSize: 16 * 1024,
    headersTimeout: 5_000,
    requestTimeout: 30_000,
    // Node looks for sockets past their time only this often; its default of 30 s would make the 5 s above 35.
    connectionsCheckingInterval: 1_000,
  });
  // Node drops the headers above its limit without a word: a check that sees only the rest is none.
  server.maxHeadersCount = 0;
  server.on("request", (request, response) => {
    respond(request, deps.services)
      .catch(() => INTERNAL_ERROR)
      .then((answer) => send(response, answer))
      .catch(() => response.destroy());
  });
  server.on("upgrade", deps.onUpgrade);
  return server;
}

async function respond(request: IncomingMessage, services: readonly HttpService[]): Promise<HttpResponse> {
  if (isAmbiguous(request)) return BAD_REQUEST_PAGE;
  if (!isLocalHost(request.headers) || isForeignPage(request.headers)) return FORBIDDEN;
  const body = await readBody(request);
  if (body === undefined) return { status: 413, headers: { Connection: "close" } };
  const [path = "", query] = (request.url ?? "").split(/\?(.*)/s);
  const { method = "", headers } = request;
  for (const service of services) {
    const answer = await service({ method, path, query: new URLSearchParams(`?${query ?? ""}`), headers, body });
    if (answer !== undefined) return answer;
  }
  return FORBIDDEN;
}

function send(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  const bytes = Buffer.from(body ?? "");
  response.writeHead(status, { ...headers, ...(status !== 204 && { "Content-Length": bytes.length }) });
  response.end(bytes);
}
