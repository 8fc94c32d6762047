import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { makeOwnCertificate, type OwnCertificate } from "./own-certificate.ts";
import { LOCAL_SETTINGS } from "./settings.ts";
import { type Answers, emptyTable, oneRecipient } from "./stand-in-answers.ts";

export type AwsRequest = {
  readonly method: string;
  readonly path: string;
  /** The service and the operation, which the AWS JSON protocols name in a header. */
  readonly target: string | undefined;
};

/** A request with its body, and the response that it gets without a fault. */
export type Exchange = {
  readonly request: IncomingMessage;
  readonly body: string;
  readonly answer: unknown;
  readonly response: ServerResponse;
};

/** All that came since the start, or since the last `countAnew`. */
class Received {
  requests: AwsRequest[] = [];
  /** TLS handshakes. */
  connections = 0;

  countAnew(): void {
    this.requests = [];
    this.connections = 0;
  }
}

export type AwsStandIn = Readonly<Received> & {
  readonly endpoint: string;
  /** The certificate that clients have to trust, as PEM. */
  readonly certificateFile: string;
  readonly server: Server;
  stop(): void;
};

const TABLES = { empty: emptyTable, "one recipient": oneRecipient } as const;

/**
 * The AWS APIs that a function calls, over TLS on a local port and without delay: handshakes are most of a first call's
 * CPU. Writes are not kept. A request without an answer here, such as a post to `@connections`, gets 200 and `{}`.
 * `respond` can make faults.
 */
export async function startAwsStandIn({
  table = "one recipient" as keyof typeof TABLES,
  respond = ({ response, answer }: Exchange) => respondWith(response, 200, answer),
  port = 0,
} = {}): Promise<AwsStandIn> {
  const certificate = await makeOwnCertificate();
  const received = new Received();
  const server = makeServer(certificate, TABLES[table], received, respond);
  // By its name, as clients connect: it may mean ::1.
  await once(server.listen(port, "localhost"), "listening");
  const folder = mkdtempSync(join(tmpdir(), "portcullis-aws-"));
  const certificateFile = join(folder, "certificate.pem");
  writeFileSync(certificateFile, certificate.cert);
  const stop = () => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  };
  const endpoint = `https://localhost:${(server.address() as AddressInfo).port}`;
  return Object.assign(received, { endpoint, certificateFile, server, stop });
}

function makeServer(
  certificate: OwnCertificate,
  answers: Answers,
  received: Received,
  respond: (exchange: Exchange) => void,
): Server {
  const server = createServer(certificate, async (request, response) => {
    const { method = "", url: path = "" } = request;
    const target = targetOf(request);
    received.requests.push({ method, path, target });
    const body = await text(request);
    respond({ request, body, response, answer: answers[target ?? ""]?.(JSON.parse(body)) ?? {} });
  });
  return server.on("secureConnection", () => {
    received.connections += 1;
  });
}

export function respondWith(response: ServerResponse, status: number, answer: unknown): void {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(answer));
}

function targetOf({ headers }: IncomingMessage): string | undefined {
  return headers["x-amz-target"]?.toString();
}

/** The environment of a function in Lambda, with the stand-in as its AWS. */
export function deployedSettings({
  endpoint,
  certificateFile,
}: Pick<AwsStandIn, "endpoint" | "certificateFile">): Readonly<Record<string, string>> {
  const { JWT_SECRET: _, ...settings } = LOCAL_SETTINGS;
  return {
    ...settings,
    STORE: "dynamodb",
    TABLE_NAME: "table",
    GSI1_NAME: "GSI1",
    SECRETS: "secrets-manager",
    JWT_SECRET_ID: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:jwt-AbCdEf",
    CONNECTIONS_ENDPOINT: `${endpoint}/prod`,
    ADMIN_QUEUE_URL: `${endpoint}/123456789012/admin`,
    CONTINUATION_QUEUE_URL: `${endpoint}/123456789012/continuations`,
    DEAD_LETTER_QUEUE_URL: `${endpoint}/123456789012/dead-letters`,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "only-for-benchmarks",
    AWS_SESSION_TOKEN: "only-for-benchmarks",
    AWS_ENDPOINT_URL: endpoint,
    NODE_EXTRA_CA_CERTS: certificateFile,
  };
}
