import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { IdleSockets } from "./idle-sockets.ts";

type Stack = { add(middleware: Middleware, position: { step: "deserialize"; priority: "low" }): void };
type Middleware = <A, R>(next: (args: A) => R) => (args: A) => R;

/** The SDK's own values. */
const AGENT_OPTIONS = { keepAlive: true, maxSockets: 50 };

/**
 * Agents for a client of the SDK, and the plugin that discards their old idle sockets before each attempt. Otherwise the
 * first call after a pause would wait for a time limit and a retry.
 */
export function makeSdkSockets(now: () => number) {
  const httpAgent = new HttpAgent(AGENT_OPTIONS);
  const httpsAgent = new HttpsAgent(AGENT_OPTIONS);
  const kept = [httpAgent, httpsAgent].map((agent) => new IdleSockets(agent, now));
  const discardOld: Middleware = (next) => (args) => {
    for (const sockets of kept) sockets.discardOld();
    return next(args);
  };
  return {
    agents: { httpAgent, httpsAgent },
    plugin: {
      /** Last of all, so that nothing awaits between the discard and the request. */
      applyToStack: (stack: Stack) => stack.add(discardOld, { step: "deserialize", priority: "low" }),
    },
  };
}
