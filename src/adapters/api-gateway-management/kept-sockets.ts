import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Socket } from "node:net";
import type { Clock } from "../../application/ports/system.ts";
import { IdleSockets } from "../idle-sockets.ts";
import type { ConnectionsEndpoint } from "./connections-endpoint.ts";

/**
 * Sockets that are kept from one post to the next. Lambda freezes a process only while no post is under way, and a
 * socket may die silently in that time. A socket is proven if a response came over it since the last such moment.
 */
export class KeptSockets {
  readonly agent: HttpAgent;
  readonly #idle: IdleSockets;
  #proven = new WeakSet<Socket>();
  #postsUnderWay = 0;

  /** `most` bounds the idle sockets. The caller bounds how many are in use at once. */
  constructor(protocol: ConnectionsEndpoint["protocol"], { most, clock }: { most: number; clock: Clock }) {
    const options = { keepAlive: true, maxFreeSockets: most };
    this.agent = protocol === "https:" ? new HttpsAgent(options) : new HttpAgent(options);
    this.#idle = new IdleSockets(this.agent, () => clock.now());
  }

  /** Runs one post. */
  async during<T>(post: () => Promise<T>): Promise<T> {
    this.#postsUnderWay += 1;
    this.#idle.discardOld();
    try {
      return await post();
    } finally {
      this.#postsUnderWay -= 1;
      if (this.#postsUnderWay === 0) this.#proven = new WeakSet();
    }
  }

  noteResponse(socket: Socket): void {
    this.#proven.add(socket);
  }

  isProven(socket: Socket | null): boolean {
    return socket !== null && this.#proven.has(socket);
  }

  /** Closes the unproven sockets, which are the oldest: one of them was dead, so the others probably are too. */
  discardUnproven(): void {
    this.#idle.discardWhile((socket) => !this.isProven(socket));
  }
}
