import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

type RawAnswer = (socket: Socket, connectionId: string) => void;

/** `@connections`, or a service without content, at the level of sockets: they die, or respond without a request. */
export class SocketStandIn {
  /** The connection of each post, in the order of arrival, including posts without a response. */
  readonly arrived: string[] = [];
  answer: RawAnswer = (socket) => socket.write(rawAnswer(200));
  socketsOpened = 0;
  readonly #open = new Set<Socket>();
  readonly #deaf = new WeakSet<Socket>();
  readonly #server: Server = createServer((socket) => this.#accept(socket));

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get socketsOpen(): number {
    return this.#open.size;
  }

  resetSockets(): void {
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  /** Ignores these sockets, like a NAT gateway that has dropped them: requests on them get no response. */
  silenceSockets(): void {
    for (const socket of this.#open) this.#deaf.add(socket);
  }

  async stop(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    this.socketsOpened += 1;
    this.#open.add(socket);
    socket.on("close", () => this.#open.delete(socket));
    socket.on("error", () => undefined);
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      const [request, path = "", length = "0"] = /^POST (\S+) .*?^content-length: (\d+).*?\r\n\r\n/ims.exec(text) ?? [];
      if (request === undefined || text.length < request.length + Number(length)) return;
      text = "";
      const connectionId = decodeURIComponent(path.slice(path.lastIndexOf("/") + 1));
      this.arrived.push(connectionId);
      if (!this.#deaf.has(socket)) this.answer(socket, connectionId);
    });
  }
}

export function rawAnswer(status: number): string {
  return `HTTP/1.1 ${status} X\r\nContent-Length: 0\r\n\r\n`;
}
