import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Scheduler } from "../scheduler.ts";
import { ClientSocket } from "./client-socket.ts";
import { type Closing, GOING_AWAY } from "./closing.ts";
import type { Session } from "./events.ts";
import type { RouteMessage } from "./route-message.ts";

export type ClientConnection = { readonly session: Session; readonly socket: ClientSocket };

/** Invokes `$disconnect`. Best effort, as on API Gateway: never throws, and only a shutdown waits for it. */
export type Disconnect = (session: Session, closing: Closing) => Promise<void>;

/** The WebSockets that are open, from the 101 to the end of `$disconnect`. */
export class Connections {
  readonly #open = new Map<string, ClientConnection>();
  readonly #disconnecting = new Set<Promise<void>>();
  readonly #routeMessage: RouteMessage;
  readonly #disconnect: Disconnect;
  readonly #scheduler: Scheduler;
  #isClosing = false;

  constructor(deps: {
    readonly routeMessage: RouteMessage;
    readonly disconnect: Disconnect;
    readonly scheduler: Scheduler;
  }) {
    this.#routeMessage = deps.routeMessage;
    this.#disconnect = deps.disconnect;
    this.#scheduler = deps.scheduler;
  }

  /** Once there are goodbyes, who is still on the way in is too late. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Undefined also while it is closing: a post would not arrive any more. */
  find(connectionId: string): ClientConnection | undefined {
    const connection = this.#open.get(connectionId);
    return connection?.socket.isOpen ? connection : undefined;
  }

  open(session: Session, ws: WebSocket, stream: Duplex): void {
    const socket = new ClientSocket(ws, stream, this.#scheduler, {
      onText: (body) => void this.#route(session, socket, body),
      onClosed: (closing) => {
        this.#open.delete(session.connectionId);
        this.ended(session, closing);
      },
    });
    this.#open.set(session.connectionId, { session, socket });
  }

  /** For a connection that `$connect` let in: also one whose client left before the 101. */
  ended(session: Session, closing: Closing): void {
    const done = this.#disconnect(session, closing).finally(() => this.#disconnecting.delete(done));
    this.#disconnecting.add(done);
  }

  /** Says goodbye to all, cuts off who does not answer in time, and waits for what `$disconnect` still does. */
  async closeAll(graceMillis: number): Promise<void> {
    this.#isClosing = true;
    for (const { socket } of this.#open.values()) socket.close(GOING_AWAY);
    await this.#until(() => this.#open.size === 0, graceMillis);
    for (const { socket } of this.#open.values()) socket.terminate();
    await this.#until(() => this.#open.size === 0 && this.#disconnecting.size === 0, graceMillis);
  }

  /** Each message is its own invocation, at once, whatever became of the one before: nothing is queued or ordered. */
  async #route(session: Session, socket: ClientSocket, body: string): Promise<void> {
    const frame = await this.#routeMessage(session, body);
    // Who asks and does not read the responses would have us keep them.
    if (frame !== undefined && socket.send(frame) === "full") socket.terminate();
  }

  async #until(isDone: () => boolean, millis: number): Promise<void> {
    const deadline = performance.now() + millis;
    while (!isDone() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
