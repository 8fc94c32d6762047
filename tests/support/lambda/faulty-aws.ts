import { randomInt } from "node:crypto";
import { once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import { type AwsStandIn, type Exchange, respondWith, startAwsStandIn } from "../../../benchmarks/aws-stand-in.ts";
import { SECRET } from "../../../benchmarks/settings.ts";
import { CREATED_AT } from "../../../benchmarks/stand-in-answers.ts";
import { ServiceError, VersionedSecret } from "../secrets-manager/versioned-secret.ts";

/** What happens to all requests. */
export const FAULTS = ["is refused", "hangs", "fails", "is throttled", "is denied", "is cut off"] as const;
export type Fault = (typeof FAULTS)[number];

export type ReceivedRequest = {
  /** The operation, or else the method with the path. */
  readonly name: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The number of its connection, from 1 on. */
  readonly connection: number;
};

const ERRORS: { readonly [fault in Fault]?: readonly [status: number, type: string] } = {
  fails: [500, "InternalServerError"],
  "is throttled": [400, "ThrottlingException"],
  "is denied": [400, "AccessDeniedException"],
};

/**
 * Below the ports that the system gives out, and each one once: no other program takes the port of a stand-in that
 * refuses connections.
 */
let lastPort = randomInt(12_000, 28_000);

type Own = { readonly port: number; readonly standIn: AwsStandIn };

async function startOnOwnPort(respond: (exchange: Exchange) => void): Promise<Own> {
  lastPort += 1;
  const port = lastPort;
  try {
    return { port, standIn: await startAwsStandIn({ port, respond }) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return startOnOwnPort(respond);
  }
}

/** The stand-in for AWS, with faults of requests and of connections, and with a secret that can change. */
export class FaultyAws {
  requests: ReceivedRequest[] = [];
  secret = new VersionedSecret();
  #fault: Fault | undefined;
  readonly #held: (() => void)[] = [];
  #toHold = 0;
  #own!: Own;
  readonly #numbers = new WeakMap<object, number>();
  readonly #open = new Set<Socket>();
  /** What requests over the connections up to this number get. */
  #old = { last: 0, respond: (_exchange: Exchange) => {} };

  static async start(): Promise<FaultyAws> {
    const aws = new FaultyAws();
    aws.putSecret(SECRET);
    aws.#own = await startOnOwnPort((exchange) => aws.#respond(exchange));
    const { server } = aws.#own.standIn;
    server.on("secureConnection", (socket) => {
      aws.#numbers.set(socket, aws.connections);
    });
    server.on("connection", (socket: Socket) => {
      aws.#open.add(socket.on("close", () => aws.#open.delete(socket)));
    });
    return aws;
  }

  get at(): Pick<AwsStandIn, "endpoint" | "certificateFile"> {
    return this.#own.standIn;
  }

  /** TLS handshakes since the start. */
  get connections(): number {
    return this.#own.standIn.connections;
  }

  get openConnections(): number {
    return this.#open.size;
  }

  names(): readonly string[] {
    return this.requests.map(({ name }) => name);
  }

  /** A version that is current at once. */
  putSecret(text: string): void {
    this.secret.put(JSON.stringify({ signature: text }), CREATED_AT);
  }

  deleteSecret(): void {
    this.secret = new VersionedSecret();
  }

  async begin(fault: Fault): Promise<void> {
    this.#fault = fault;
    if (fault !== "is refused") return;
    for (const socket of this.#open) socket.destroy();
    const { server } = this.#own.standIn;
    await new Promise((resolve) => server.close(resolve));
  }

  async end(): Promise<void> {
    const { port, standIn } = this.#own;
    const { server } = standIn;
    if (!server.listening) await once(server.listen(port, "localhost"), "listening");
    this.#fault = undefined;
  }

  /** The next `count` requests get their responses at `release`. What these say is decided when the requests arrive. */
  hold(count: number): void {
    this.#toHold = count;
  }

  release(): void {
    for (const respond of this.#held.splice(0)) respond();
  }

  closeConnections(): void {
    for (const socket of this.#open) socket.destroy();
  }

  resetConnections(): void {
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  /** As a NAT gateway does after a pause: requests over these connections get no response. */
  forgetConnections(): void {
    this.#old = { last: this.connections, respond: () => {} };
  }

  /** Closes each of these connections while a request is on its way over it. */
  closeConnectionsAtTheirNextRequest(): void {
    this.#old = { last: this.connections, respond: ({ request }) => request.socket.destroy() };
  }

  stop(): void {
    this.#own.standIn.stop();
  }

  #respond(exchange: Exchange): void {
    const { request, body } = exchange;
    const { headers, method, url } = request;
    const name = headers["x-amz-target"]?.toString().split(".")[1] ?? `${method} ${url}`;
    const connection = this.#numbers.get(request.socket) ?? 0;
    this.requests.push({ name, headers, body, connection });
    const isOld = connection <= this.#old.last;
    const respond = isOld ? () => this.#old.respond(exchange) : this.#responseTo(exchange, name);
    if (this.#toHold > 0) {
      this.#toHold -= 1;
      this.#held.push(respond);
    } else respond();
  }

  #responseTo({ response, body, answer }: Exchange, name: string): () => void {
    if (this.#fault === "hangs") return () => {};
    if (this.#fault === "is cut off") {
      return () => response.writeHead(200, { "content-length": 1000 }).write("{", () => response.destroy());
    }
    const [status, type] = (this.#fault && ERRORS[this.#fault]) ?? [];
    if (status !== undefined) return () => respondWith(response, status, { __type: type });
    if (name !== "GetSecretValue") return () => respondWith(response, 200, answer);
    return this.#secretValue(response, JSON.parse(body).VersionStage);
  }

  #secretValue(response: Exchange["response"], stage: string): () => void {
    try {
      const { createdAt, content } = this.secret.find(undefined, stage);
      return () => respondWith(response, 200, { CreatedDate: createdAt, ...content });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return () => respondWith(response, 400, { __type: error.type });
    }
  }
}
