import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Readable } from "node:stream";
import { IdleSockets } from "./idle-sockets.ts";

type Stack = {
  add(middleware: Middleware, position: { step: "deserialize"; priority: "low" }): void;
  remove(name: string): boolean;
};
type Middleware = <A, R>(next: (args: A) => R) => (args: A) => R;

/** The limits of one attempt. */
export type SdkTimeouts = { readonly connectMillis: number; readonly requestMillis: number };

/** The SDK's own values. */
const AGENT_OPTIONS = { keepAlive: true, maxSockets: 50 };

/**
 * How a client of the SDK sends and receives: a part of its configuration, and a plugin that discards old idle sockets
 * before each attempt. Otherwise the first call after a pause would wait for a time limit and a retry.
 */
export function makeSdkTransport({ connectMillis, requestMillis }: SdkTimeouts, now: () => number) {
  const httpAgent = new HttpAgent(AGENT_OPTIONS);
  const httpsAgent = new HttpsAgent(AGENT_OPTIONS);
  const kept = [httpAgent, httpsAgent].map((agent) => new IdleSockets(agent, now));
  const discardOld: Middleware = (next) => (args) => {
    for (const sockets of kept) sockets.discardOld();
    return next(args);
  };
  return {
    config: {
      requestHandler: {
        httpAgent,
        httpsAgent,
        connectionTimeout: connectMillis,
        requestTimeout: requestMillis,
        // Without this option the SDK only warns about a request that takes too long, and continues to wait.
        throwOnRequestTimeout: true,
      },
      streamCollector: collect,
    },
    plugin: {
      applyToStack: (stack: Stack) => {
        // This middleware copies each input and output for the SDK's logger, although no logger is set.
        stack.remove("loggerMiddleware");
        // Last of all, so that nothing awaits between the discard and the request.
        stack.add(discardOld, { step: "deserialize", priority: "low" });
      },
    },
  };
}

/** Reads a body to its end. The SDK's own collector pipes it into a second stream, at the cost of a first call. */
function collect(body: Readable): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    body.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    body.on("end", () => resolve(Buffer.concat(chunks)));
    body.on("error", reject);
  });
}
