import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Socket } from "node:net";
import type { Clock } from "../../application/ports/system.ts";
import type { ConnectionsEndpoint } from "./connections-endpoint.ts";

/**
 * Shorter than the idle timeouts on the way (a load balancer's 60 s, a NAT gateway's 350 s), which may end a socket
 * silently.
 */
const MAX_IDLE_MILLIS = 20_000;

/**
 * Sockets that are kept from one post to the next. Lambda freezes a process only while no post is under way, and a
 * socket may die silently in that time. A socket is proven if a response came over it since the last such moment.
 */
export class KeptSockets {
  readonly agent: HttpAgent;
  readonly #clock: Clock;
  readonly #respondedAt = new WeakMap<Socket, number>();
  #proven = new WeakSet<Socket>();
  #postsUnderWay = 0;

  /** `most` bounds the idle sockets. The caller bounds how many are in use at once. */
  constructor(protocol: ConnectionsEndpoint["protocol"], { most, clock }: { most: number; clock: Clock }) {
    const options = { keepAlive: true, maxFreeSockets: most };
    this.agent = protocol === "https:" ? new HttpsAgent(options) : new HttpAgent(options);
    this.#clock = clock;
  }

  /** Runs one post. */
  async during<T>(post: () => Promise<T>): Promise<T> {
    this.#postsUnderWay += 1;
    this.#discardWhile((socket) => this.#clock.now() - (this.#respondedAt.get(socket) ?? 0) > MAX_IDLE_MILLIS);
    try {
      return await post();
    } finally {
      this.#postsUnderWay -= 1;
      if (this.#postsUnderWay === 0) this.#proven = new WeakSet();
    }
  }

  noteResponse(socket: Socket): void {
    this.#respondedAt.set(socket, this.#clock.now());
    this.#proven.add(socket);
  }

  isProven(socket: Socket | null): boolean {
    return socket !== null && this.#proven.has(socket);
  }

  /** Closes the unproven sockets: one of them was dead, so the others probably are too. */
  discardUnproven(): void {
    this.#discardWhile((socket) => !this.isProven(socket));
  }

  /** The agent takes from the end of a list and adds at its end, so the oldest and unproven sockets come first. */
  #discardWhile(isUseless: (socket: Socket) => boolean): void {
    for (const idle of Object.values(this.agent.freeSockets)) {
      for (const socket of idle ?? []) {
        if (!isUseless(socket)) break;
        socket.destroy();
      }
    }
  }
}
