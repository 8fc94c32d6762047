import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import type { ConnectionsEndpoint } from "./connections-endpoint.ts";

export type HttpAnswer = { readonly status: number; readonly body: string };

export type HttpPost = (path: string, headers: readonly string[], body: Buffer) => Promise<HttpAnswer>;

/** Error answers are a line of JSON; whatever is longer is not one of the gateway's. */
const MAX_ANSWER_BYTES = 4096;

/**
 * Posts over at most so many sockets, which are kept for the next post and do not keep the process. The timeout is for
 * the whole exchange: one that trickles is as late as one that says nothing.
 */
export function makeHttpPost(
  endpoint: ConnectionsEndpoint,
  { sockets, timeoutMillis }: { readonly sockets: number; readonly timeoutMillis: number },
): HttpPost {
  const options = { keepAlive: true, maxSockets: sockets, maxFreeSockets: sockets };
  const { request, agent } =
    endpoint.protocol === "https:"
      ? { request: requestHttps, agent: new HttpsAgent(options) }
      : { request: requestHttp, agent: new HttpAgent(options) };
  const to = { agent, method: "POST", hostname: endpoint.hostname, port: endpoint.port, setDefaultHeaders: false };

  return (path, headers, body) => {
    const length = ["Content-Length", String(body.length), "Connection", "keep-alive"];
    const posting = request({ ...to, path, headers: [...headers, ...length] });
    const answer = answerTo(posting, timeoutMillis);
    posting.end(body);
    return answer;
  };
}

function answerTo(posting: ClientRequest, timeoutMillis: number): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => posting.destroy(new Error("no answer in time")), timeoutMillis);
    const settle = (finish: () => void) => {
      clearTimeout(late);
      finish();
    };
    posting.on("error", (error) => settle(() => reject(error)));
    posting.on("response", (response) => {
      collect(response, posting).then(
        (answer) => settle(() => resolve(answer)),
        (error: Error) => settle(() => reject(error)),
      );
    });
  });
}

function collect(response: IncomingMessage, posting: ClientRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let body = "";
    response.setEncoding("utf8");
    response.on("data", (text: string) => {
      body += text;
      if (body.length > MAX_ANSWER_BYTES) posting.destroy(new Error("answer too long"));
    });
    response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    response.on("error", reject);
    // A socket that closes in the middle of an answer ends it without an `end`.
    response.on("close", () => reject(new Error("answer cut off")));
  });
}
