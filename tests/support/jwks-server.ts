import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { makeOwnCertificate } from "../../benchmarks/own-certificate.ts";

export type Respond = (response: ServerResponse, request: IncomingMessage) => void;

/** An issuer's server with its JWK Set, over HTTPS with a certificate of its own. It responds as a test says. */
export class JwksServer {
  /** The certificate to trust. */
  readonly ca: string;
  /** Paths of all requests. */
  readonly requested: string[] = [];
  respond: Respond = json({ keys: [] });
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, ca: string) {
    this.#server = server;
    this.ca = ca;
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      this.requested.push(request.url ?? "");
      this.respond(
        response.on("error", () => {}),
        request,
      );
    });
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket.on("error", () => {}));
    });
  }

  static async start(onEnd: (stop: () => void) => void): Promise<JwksServer> {
    const { key, cert } = await makeOwnCertificate();
    const jwks = new JwksServer(createServer({ key, cert }), cert);
    onEnd(() => jwks.stop());
    await once(jwks.#server.listen(0, "127.0.0.1"), "listening");
    return jwks;
  }

  get origin(): string {
    return `https://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `${this.origin}/jwks.json`;
  }

  publish(...keys: readonly unknown[]): void {
    this.respond = json({ keys });
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

export function json(value: unknown): Respond {
  return (response) => {
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(value));
  };
}
