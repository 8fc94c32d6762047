import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type ReceivedPost = {
  readonly url: string;
  readonly method: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
};

export type Answer = (response: ServerResponse) => void;

/** An HTTP server in the place of `@connections`: it keeps the requests and responds by the test's script. */
export class ManagementApiStandIn {
  readonly received: ReceivedPost[] = [];
  answer: Answer = withStatus(200);
  socketsOpened = 0;
  readonly #server: Server;

  constructor() {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { url = "", method = "", headers } = request;
      this.received.push({ url, method, headers, body: Buffer.concat(chunks) });
      this.answer(response);
    });
    this.#server.on("connection", () => {
      this.socketsOpened += 1;
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  dropSockets(): void {
    this.#server.closeAllConnections();
  }

  async stop(): Promise<void> {
    this.dropSockets();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function withStatus(status: number, body = ""): Answer {
  return (response) => response.writeHead(status, { "Content-Type": "application/json" }).end(body);
}
