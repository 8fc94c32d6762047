import { hash } from "node:crypto";
import { MAX_PUSH_BYTES } from "@portcullis/protocol";
import type { ConnectionChannel, PreparedPush } from "../../application/ports/connection-channel.ts";
import type { Clock } from "../../application/ports/system.ts";
import type { ConnectionId } from "../../domain/connection/connection.ts";
import type { Notification } from "../../domain/notification/notification.ts";
import type { PostOutcome } from "../../domain/notification/post-outcome.ts";
import type { ConnectionsEndpoint } from "./connections-endpoint.ts";
import {
  type ConnectionsHttp,
  type HttpResponse,
  makeConnectionsHttp,
  ResponseTimeoutError,
} from "./post-over-http.ts";
import { pushFrame } from "./push-frame.ts";
import { type AwsCredentials, Sigv4Signer } from "./sigv4-signer.ts";

const TIMEOUT_MILLIS = 2500;
const DOUBT_MILLIS = 1000;

/** Outcomes that end a connection or make a dead letter: no later post would repair a wrong one. */
const CONSEQUENCES: ReadonlySet<PostOutcome> = new Set(["gone", "refused", "too-large"]);

/** API Gateway's management API without the SDK: docs/decisions/0011 has the reasons. */
export class ManagementApiChannel implements ConnectionChannel {
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

  /** Derives the signing key of the day, and opens a connection for the first post. */
  async prime(): Promise<void> {
    this.#sign(this.#endpoint.basePath, "");
    await this.#http.ping();
  }

  prepare(notification: Notification): PreparedPush {
    const text = JSON.stringify(pushFrame(notification));
    // A text has at least as many bytes as characters, so a text that is far too long is not encoded.
    if (text.length > MAX_PUSH_BYTES) return { kind: "too-large" };
    const body = Buffer.from(text);
    if (body.length > MAX_PUSH_BYTES) return { kind: "too-large" };
    const payloadHash = hash("sha256", body, "hex");
    return { kind: "ready", send: (connectionId) => this.#send(connectionId, body, payloadHash) };
  }

  async #send(connectionId: ConnectionId, body: Buffer, payloadHash: string): Promise<PostOutcome> {
    const path = `${this.#endpoint.basePath}/@connections/${encodeURIComponent(connectionId)}`;
    try {
      return outcomeOf(await this.#http.post(path, this.#sign(path, payloadHash), body));
    } catch (error) {
      // A reset, or a name that does not resolve.
      return error instanceof ResponseTimeoutError ? "unanswered" : "failed";
    }
  }

  #sign(path: string, payloadHash: string): readonly string[] {
    return this.#signer.sign({ host: this.#endpoint.host, path, payloadHash, millis: this.#clock.now() });
  }
}

/** The outcome that a response of the management API means (API reference, PostToConnection, Errors). */
export function outcomeOf({ status, body }: HttpResponse): PostOutcome {
  if (status === 200) return "delivered";
  if (status === 410) return "gone";
  if (status === 429) return "throttled";
  if (status === 413) return "too-large";
  // An id that the gateway cannot decode was never a connection. Any other 400 is a mistake of ours.
  if (status === 400 && body.includes("Invalid connectionId")) return "gone";
  if (status >= 500 || status === 408) return "failed";
  return "refused";
}
