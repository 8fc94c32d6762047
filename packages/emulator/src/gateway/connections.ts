import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Faults } from "../faults/faults.ts";
import { type Observe, redact } from "../observer.ts";
import type { Scheduler } from "../scheduler.ts";
import { ClientMemory } from "./client-memory.ts";
import { ClientSocket } from "./client-socket.ts";
import { type Closing, GOING_AWAY } from "./closing.ts";
import type { Session } from "./events.ts";
import type { OutgoingFrame, RouteMessage } from "./route-message.ts";

export type ClientConnection = { readonly session: Session; readonly socket: ClientSocket };

/** Invokes `$disconnect`. Best effort, as on API Gateway: it never throws, and only a shutdown waits for it. */
export type Disconnect = (session: Session, closing: Closing) => Promise<void>;

/** The WebSockets that are open, from the 101 to the end of `$disconnect`. */
export class Connections {
  readonly #open = new Map<string, ClientConnection>();
  readonly #disconnecting = new Set<Promise<void>>();
  readonly #routeMessage: RouteMessage;
  readonly #disconnect: Disconnect;
  readonly #scheduler: Scheduler;
  readonly #memory = new ClientMemory();
  readonly #observe: Observe;
  readonly #faults: Faults;
  #isClosing = false;

  constructor(deps: {
    readonly routeMessage: RouteMessage;
    readonly disconnect: Disconnect;
    readonly scheduler: Scheduler;
    readonly observe: Observe;
    readonly faults: Faults;
  }) {
    this.#routeMessage = deps.routeMessage;
    this.#disconnect = deps.disconnect;
    this.#scheduler = deps.scheduler;
    this.#observe = deps.observe;
    this.#faults = deps.faults;
    deps.faults.onSet("cut", () => this.#cut());
  }

  /** True while the open connections are being closed. No new one is accepted then. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Finds a connection. Undefined also for one that is closing, because a post would no longer arrive. */
  find(connectionId: string): ClientConnection | undefined {
    const connection = this.#open.get(connectionId);
    return connection?.socket.isOpen ? connection : undefined;
  }

  /** The number of connections that are open. */
  get size(): number {
    return this.#open.size;
  }

  /** In the order in which they were opened. */
  all(): readonly ClientConnection[] {
    return [...this.#open.values()];
  }

  open(session: Session, ws: WebSocket, stream: Duplex): void {
    const deps = { scheduler: this.#scheduler, memory: this.#memory };
    const socket = new ClientSocket(ws, stream, deps, {
      onText: (body) => void this.#receive({ session, socket }, body),
      onClosed: (closing) => {
        this.#open.delete(session.connectionId);
        this.ended(session, closing);
      },
    });
    this.#open.set(session.connectionId, { session, socket });
  }

  send({ session, socket }: ClientConnection, { text, source }: OutgoingFrame): ReturnType<ClientSocket["send"]> {
    const { connectionId } = session;
    if (!socket.isHalfOpen && this.#faults.strikes("half-open", connectionId)) socket.becomeHalfOpen();
    const result = socket.send(text);
    if (result !== "sent") return result;
    this.#observe({ kind: "frame-sent", connectionId, source, bytes: Buffer.byteLength(text), text: () => text });
    return result;
  }

  /** Called for each connection that `$connect` accepted, also if its client left before the 101. */
  ended(session: Session, closing: Closing): void {
    const { connectionId } = session;
    this.#observe({ kind: "connection-closed", connectionId, ...closing, reason: redact(closing.reason) });
    const done = this.#disconnect(session, closing).finally(() => this.#disconnecting.delete(done));
    this.#disconnecting.add(done);
  }

  /** Sends close frames, cuts off clients that do not respond in time, and waits for the `$disconnect` invocations. */
  async closeAll(graceMillis: number): Promise<void> {
    this.#isClosing = true;
    for (const { socket } of this.#open.values()) socket.close(GOING_AWAY);
    await this.#until(() => this.#open.size === 0, graceMillis);
    for (const { socket } of this.#open.values()) socket.terminate();
    await this.#until(() => this.#open.size === 0 && this.#disconnecting.size === 0, graceMillis);
  }

  /** Each message is an invocation of its own and starts at once: messages are neither queued nor ordered. */
  async #receive(connection: ClientConnection, text: string): Promise<void> {
    const { session, socket } = connection;
    const { connectionId } = session;
    if (this.#faults.strikes("half-open", connectionId)) return socket.becomeHalfOpen();
    this.#observe({ kind: "frame-received", connectionId, bytes: Buffer.byteLength(text), text: () => text });
    const frame = await this.#routeMessage(session, text);
    // Responses to a client that sends messages but does not read would fill the memory.
    if (frame !== undefined && this.send(connection, frame) === "full") socket.terminate();
  }

  #cut(): void {
    for (const [connectionId, { socket }] of this.#open) {
      if (this.#faults.strikes("cut", connectionId)) socket.terminate();
    }
  }

  async #until(isDone: () => boolean, millis: number): Promise<void> {
    const deadline = performance.now() + millis;
    while (!isDone() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
