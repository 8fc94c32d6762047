import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import type { Socket } from "node:net";
import type { Clock } from "../../application/ports/system.ts";
import { PRIMING_MILLIS } from "../../application/priming.ts";
import type { ConnectionsEndpoint } from "./connections-endpoint.ts";
import { KeptSockets } from "./kept-sockets.ts";

export type HttpResponse = { readonly status: number; readonly body: string };

/** A request with a body is a POST, one without is a DELETE: `@connections` has no other that we send. */
export type ConnectionsRequest = {
  readonly path: string;
  readonly headers: readonly string[];
  readonly body?: Buffer;
};

export type ConnectionsHttp = {
  /** Throws ResponseTimeoutError, or the socket's error. */
  readonly send: (request: ConnectionsRequest) => Promise<HttpResponse>;
  /**
   * Opens the connection for the first post. `GET /ping` is API Gateway's own health check (developer guide, Important
   * notes): it needs no signature, and any response means that the connection is open.
   */
  readonly ping: () => Promise<unknown>;
};

export class ResponseTimeoutError extends Error {
  override readonly name = "ResponseTimeoutError";
}

/** The gateway's error responses are a line of JSON; a longer response is not from the gateway. */
const MAX_RESPONSE_BYTES = 4096;

type ReceivedResponse = HttpResponse & { readonly socket: Socket };

/**
 * Sends over sockets that are kept for the next request, without keeping the process alive. The time limit is for the
 * whole request, up to the end of its response.
 *
 * If a kept socket fails, the request is repeated once, on a new socket. A kept socket can also carry a response that
 * belongs to no request, and HTTP/1.1 cannot tell the two apart. So after a response with consequences the request is
 * repeated on a new socket, and the new response counts.
 */
export function makeConnectionsHttp(
  endpoint: ConnectionsEndpoint,
  options: {
    readonly socketsKept: number;
    readonly timeoutMillis: number;
    /** The part of that time for an unproven kept socket. The rest is for a new one. */
    readonly doubtMillis: number;
    readonly hasConsequences: (response: HttpResponse) => boolean;
    readonly clock: Clock;
  },
): ConnectionsHttp {
  const isEncrypted = endpoint.protocol === "https:";
  const request = isEncrypted ? requestHttps : requestHttp;
  const kept = new KeptSockets(endpoint.protocol, { most: options.socketsKept, clock: options.clock });
  const usedOnce = isEncrypted ? new HttpsAgent() : new HttpAgent();
  const to = { hostname: endpoint.hostname, port: endpoint.port, setDefaultHeaders: false };

  // Not a post under way: a ping may hang while Lambda freezes the process, and no socket is proven after a freeze.
  const ping = () => {
    const headers = ["Host", endpoint.host, "Connection", "keep-alive"];
    const pinging = request({ ...to, method: "GET", path: "/ping", agent: kept.agent, headers }).end();
    return responseTo(pinging, performance.now() + PRIMING_MILLIS);
  };

  const send: ConnectionsHttp["send"] = ({ path, headers, body }) => {
    const until = performance.now() + options.timeoutMillis;
    const method = body === undefined ? "DELETE" : "POST";
    const length = body === undefined ? [] : ["Content-Length", String(body.length)];
    const begin = (agent: HttpAgent, connection: string) => {
      const own = [...length, "Connection", connection];
      return request({ ...to, method, agent, path, headers: [...headers, ...own] }).end(body);
    };
    /** Undefined if the kept socket itself failed. */
    const responseOnKeptSocket = async (posting: ClientRequest) => {
      const doubt = setTimeout(() => {
        if (posting.reusedSocket && !kept.isProven(posting.socket)) posting.destroy(new Error("socket may be dead"));
      }, options.doubtMillis);
      try {
        const response = await responseTo(posting, until);
        kept.noteResponse(response.socket);
        return response;
      } catch (error) {
        if (!posting.reusedSocket || error instanceof ResponseTimeoutError) throw error;
        kept.discardUnproven();
        return undefined;
      } finally {
        clearTimeout(doubt);
      }
    };

    return kept.during(async () => {
      const posting = begin(kept.agent, "keep-alive");
      const response = await responseOnKeptSocket(posting);
      if (response !== undefined && !(posting.reusedSocket && options.hasConsequences(response))) return response;
      const sure = await responseTo(begin(usedOnce, "close"), until);
      // The socket carried one response too many: each later response would count for the wrong post.
      if (response !== undefined && response.status !== sure.status) response.socket.destroy();
      return sure;
    });
  };
  return { send, ping };
}

function responseTo(posting: ClientRequest, until: number): Promise<ReceivedResponse> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      clearTimeout(late);
      finish();
    };
    const tooLate = () => {
      reject(new ResponseTimeoutError());
      posting.destroy();
    };
    const late = setTimeout(tooLate, Math.max(0, until - performance.now()));
    posting.on("error", (error) => settle(() => reject(error)));
    posting.on("response", (response) => {
      collect(response, posting).then(
        (received) => settle(() => resolve(received)),
        (error: Error) => settle(() => reject(error)),
      );
    });
  });
}

function collect(response: IncomingMessage, posting: ClientRequest): Promise<ReceivedResponse> {
  const { socket } = response;
  return new Promise((resolve, reject) => {
    let body = "";
    response.setEncoding("utf8");
    response.on("data", (text: string) => {
      body += text;
      if (body.length > MAX_RESPONSE_BYTES) posting.destroy(new Error("response too long"));
    });
    response.on("end", () => resolve({ status: response.statusCode ?? 0, body, socket }));
    response.on("error", reject);
    // If the socket closes in the middle of a response, no `end` follows.
    response.on("close", () => reject(new Error("response cut off")));
  });
}
