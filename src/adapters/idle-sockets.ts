import type { Agent as HttpAgent } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/**
 * Shorter than the idle timeouts on the way (a load balancer's 60 s, a NAT gateway's 350 s), which may end a socket
 * silently.
 */
const MAX_IDLE_MILLIS = 20_000;

/**
 * The sockets that an agent keeps for the next request, each with the time at which it became idle. Lambda freezes a
 * process between invocations, and a socket may die silently in that time. `now` is the wall clock: a timer of the
 * process stands still in a freeze, and may fire too late after it.
 */
export class IdleSockets {
  readonly #agent: HttpAgent;
  readonly #now: () => number;
  readonly #idleSince = new WeakMap<Duplex, number>();

  /** Changes a method that Node.js documents for subclasses, so that agents of both protocols fit. */
  constructor(agent: HttpAgent, now: () => number) {
    this.#agent = agent;
    this.#now = now;
    const keepSocketAlive = agent.keepSocketAlive.bind(agent);
    agent.keepSocketAlive = (socket) => {
      this.#idleSince.set(socket, now());
      // The result, which the types do not know, says if the agent keeps the socket.
      return keepSocketAlive(socket);
    };
  }

  /** Closes the sockets that may have died. Called before a request, for which the agent then opens a new one. */
  discardOld(): void {
    const now = this.#now();
    this.discardWhile((socket) => {
      const idleMillis = now - (this.#idleSince.get(socket) ?? 0);
      // Below zero the clock was set back, and does not tell how long the socket was idle.
      return idleMillis < 0 || idleMillis > MAX_IDLE_MILLIS;
    });
  }

  /** The agent takes from the end of a list and adds at its end, so the oldest sockets come first. */
  discardWhile(isUseless: (socket: Socket) => boolean): void {
    for (const idle of Object.values(this.#agent.freeSockets)) {
      for (const socket of idle ?? []) {
        if (!isUseless(socket)) break;
        socket.destroy();
      }
    }
  }
}
