import { hash } from "node:crypto";
import type { Clock } from "../../application/ports/system.ts";
import type { ConnectionId } from "../../domain/connection/connection.ts";
import type { PostOutcome } from "../../domain/notification/post-outcome.ts";
import type { ConnectionsEndpoint } from "./connections-endpoint.ts";
import {
  type ConnectionsHttp,
  type HttpResponse,
  makeConnectionsHttp,
  ResponseTimeoutError,
} from "./requests-over-http.ts";
import { type AwsCredentials, Sigv4Signer } from "./sigv4-signer.ts";

const TIMEOUT_MILLIS = 2500;
const DOUBT_MILLIS = 1000;

/** Outcomes that end a connection or make a dead letter: no later request would repair a wrong one. */
const CONSEQUENCES: ReadonlySet<PostOutcome> = new Set(["gone", "refused", "too-large"]);

/** SHA-256 of nothing, for the signature of a request without a body. */
const NO_PAYLOAD = hash("sha256", "", "hex");

/** A body with its hash, which is the same for every connection. */
export type Payload = { readonly body: Buffer; readonly hash: string };

export function payloadOf(body: Buffer): Payload {
  return { body, hash: hash("sha256", body, "hex") };
}

/** API Gateway's management API without the SDK: docs/decisions/0011 has the reasons. */
export class ManagementApi {
  readonly #endpoint: ConnectionsEndpoint;
  readonly #signer: Sigv4Signer;
  readonly #clock: Clock;
  readonly #http: ConnectionsHttp;

  constructor(options: {
    readonly endpoint: ConnectionsEndpoint;
    readonly credentials: AwsCredentials;
    readonly region: string;
    readonly clock: Clock;
    readonly socketsKept: number;
    readonly timeoutMillis?: number;
    readonly doubtMillis?: number;
  }) {
    this.#endpoint = options.endpoint;
    this.#signer = new Sigv4Signer(options.credentials, options.region);
    this.#clock = options.clock;
    this.#http = makeConnectionsHttp(options.endpoint, {
      socketsKept: options.socketsKept,
      timeoutMillis: options.timeoutMillis ?? TIMEOUT_MILLIS,
      doubtMillis: options.doubtMillis ?? DOUBT_MILLIS,
      hasConsequences: (response) => CONSEQUENCES.has(outcomeOf(response)),
      clock: options.clock,
    });
  }

  /** Derives the signing key of the day, and opens a connection for the first request. */
  async prime(): Promise<void> {
    this.#sign("POST", this.#endpoint.basePath, NO_PAYLOAD);
    await this.#http.ping();
  }

  post(connectionId: ConnectionId, { body, hash: payloadHash }: Payload): Promise<PostOutcome> {
    const path = this.#pathOf(connectionId);
    return this.#send({ path, headers: this.#sign("POST", path, payloadHash), body });
  }

  delete(connectionId: ConnectionId): Promise<PostOutcome> {
    const path = this.#pathOf(connectionId);
    return this.#send({ path, headers: this.#sign("DELETE", path, NO_PAYLOAD) });
  }

  async #send(request: Parameters<ConnectionsHttp["send"]>[0]): Promise<PostOutcome> {
    try {
      return outcomeOf(await this.#http.send(request));
    } catch (error) {
      // A reset, or a name that does not resolve.
      return error instanceof ResponseTimeoutError ? "unanswered" : "failed";
    }
  }

  #pathOf(connectionId: ConnectionId): string {
    return `${this.#endpoint.basePath}/@connections/${encodeURIComponent(connectionId)}`;
  }

  #sign(method: "POST" | "DELETE", path: string, payloadHash: string): readonly string[] {
    return this.#signer.sign({ method, host: this.#endpoint.host, path, payloadHash, millis: this.#clock.now() });
  }
}

/** The outcome that a response of the management API means (API reference, PostToConnection, DeleteConnection). */
export function outcomeOf({ status, body }: HttpResponse): PostOutcome {
  if (status === 200 || status === 204) return "delivered";
  if (status === 410) return "gone";
  if (status === 429) return "throttled";
  if (status === 413) return "too-large";
  // An id that the gateway cannot decode was never a connection. Any other 400 is a mistake of ours.
  if (status === 400 && body.includes("Invalid connectionId")) return "gone";
  if (status >= 500 || status === 408) return "failed";
  return "refused";
}
