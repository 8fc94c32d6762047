import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { makeSecretsManagerClient } from "../../../src/adapters/secrets-manager/secrets-manager-client.ts";
import { ServiceError, VersionedSecret } from "./versioned-secret.ts";

/** The fault that a request gets instead of its response. */
type Fault =
  | { readonly kind: "error"; readonly status: number; readonly type: string }
  | { readonly kind: "delay"; readonly millis: number }
  | { readonly kind: "body"; readonly body: string }
  | { readonly kind: "hang" | "reset" };

type Input = {
  readonly SecretId?: string;
  readonly VersionId?: string;
  readonly VersionStage?: string;
  readonly ClientRequestToken?: string;
  readonly SecretString?: string;
  readonly VersionStages?: readonly string[];
  readonly MoveToVersionId?: string;
  readonly RemoveFromVersionId?: string;
};

const NEVER_MS = 30_000;

/** A server that speaks enough of Secrets Manager's protocol (AWS JSON 1.1) for the real SDK client. */
export class SecretsManagerServer {
  /** The secrets by ARN. */
  readonly secrets = new Map<string, VersionedSecret>();
  /** The requests, with every attempt of the SDK: `GetSecretValue AWSCURRENT`. */
  readonly requests: string[] = [];
  /** The fault of a request; undefined for none. */
  fault: (request: string) => Fault | undefined = () => undefined;
  /** Seconds since 1970: the date of versions that a request adds. */
  now = () => Date.now() / 1000;
  readonly #http = createServer(
    (request, response) => void this.#serve(request, response).catch(() => response.destroy()),
  );

  /** Starts the server. It listens until the test ends. */
  static async start(onTestFinished: (stop: () => void) => void): Promise<SecretsManagerServer> {
    const server = new SecretsManagerServer();
    server.#http.listen(0, "127.0.0.1");
    await once(server.#http, "listening");
    onTestFinished(() => {
      server.#http.close();
      server.#http.closeAllConnections();
    });
    return server;
  }

  secret(arn: string): VersionedSecret {
    const secret = this.secrets.get(arn) ?? new VersionedSecret();
    this.secrets.set(arn, secret);
    return secret;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  client(): SecretsManagerClient {
    return makeSecretsManagerClient({
      endpoint: this.endpoint,
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = String(request.headers["x-amz-target"]).replace("secretsmanager.", "");
    const input = (await json(request)) as Input;
    const asked = [operation, input.VersionStage].filter((part) => part !== undefined).join(" ");
    this.requests.push(asked);
    const fault = this.fault(asked);
    if (fault?.kind === "reset") return void request.socket.destroy();
    if (fault?.kind === "body") return void response.end(fault.body);
    if (fault?.kind === "delay" || fault?.kind === "hang") {
      await sleep(fault.kind === "delay" ? fault.millis : NEVER_MS, undefined, { ref: false });
    }
    if (fault?.kind === "error") return answer(response, fault.status, { __type: fault.type, Message: "refused" });
    this.#answer(response, operation, input);
  }

  #answer(response: ServerResponse, operation: string, input: Input): void {
    try {
      answer(response, 200, this.#perform(operation, input));
    } catch (error) {
      const type = error instanceof ServiceError ? error.type : "InternalServiceError";
      answer(response, type === "InternalServiceError" ? 500 : 400, { __type: type, Message: type });
    }
  }

  #perform(operation: string, input: Input): object {
    const arn = input.SecretId ?? "";
    const secret = this.secrets.get(arn);
    if (secret === undefined) throw new ServiceError("ResourceNotFoundException");
    if (operation === "GetSecretValue") {
      const { id, createdAt, content, stages } = secret.find(input.VersionId, input.VersionStage);
      return { ARN: arn, Name: "jwt", VersionId: id, CreatedDate: createdAt, VersionStages: stages, ...content };
    }
    if (operation === "DescribeSecret") {
      return { ARN: arn, RotationEnabled: true, VersionIdsToStages: secret.stages() };
    }
    if (operation === "PutSecretValue") {
      secret.add(input.ClientRequestToken ?? "", input.SecretString ?? "", this.now(), input.VersionStages ?? []);
      return { ARN: arn, VersionId: input.ClientRequestToken };
    }
    if (operation === "UpdateSecretVersionStage") {
      secret.label(input.VersionStage ?? "", input.MoveToVersionId ?? "", input.RemoveFromVersionId);
      return { ARN: arn };
    }
    throw new ServiceError("InvalidRequestException");
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
}
