import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

type Body = Readonly<Record<string, unknown>>;
export type Answer = { readonly status?: number; readonly body: Body };

/** The AWS JSON protocols name an operation by a header, with a prefix of each service's own. */
const SERVICES = new Map([
  ["AmazonSQS", "sqs"],
  ["DynamoDB_20120810", "dynamodb"],
  ["secretsmanager", "secretsmanager"],
]);

/**
 * Whatever AWS is asked for, as IAM would name it: an action and a resource, the resource by the template's name for
 * it. Answers what it is told to, or nothing at all with 200.
 */
export class RecordingAws {
  readonly permissions = new Set<string>();
  readonly origin: string;
  readonly #close: () => void;
  /** `before` holds what was asked until now. */
  answer: (action: string, body: Body, before: readonly string[]) => Answer | undefined = () => undefined;

  private constructor(origin: string, close: () => void) {
    this.origin = origin;
    this.#close = close;
  }

  static async start(): Promise<RecordingAws> {
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        const { status = 200, body: answer } = aws.#serve(request, body);
        response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(answer));
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const aws = new RecordingAws(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => {
      server.close();
      server.closeAllConnections();
    });
    return aws;
  }

  close(): void {
    this.#close();
  }

  #serve(request: IncomingMessage, text: string): Answer {
    if (request.url?.includes("connections/")) {
      const action = "execute-api:ManageConnections";
      const answer = this.answer(action, { url: request.url }, [...this.permissions]) ?? { body: {} };
      this.permissions.add(`${action} ${request.method}/@connections/*`);
      return answer;
    }
    const [service = "", operation = ""] = String(request.headers["x-amz-target"]).split(".");
    const body: Body = JSON.parse(text);
    const action = `${SERVICES.get(service)}:${operation}`;
    const answer = this.answer(action, body, [...this.permissions]) ?? { body: {} };
    for (const permission of permissionsOfTransaction(body)) this.permissions.add(permission);
    for (const resource of resourcesOf(body)) this.permissions.add(`${action} ${resource}`);
    return answer;
  }
}

/** IAM knows no transactions: each of its items needs the permission for what is done to it. */
function permissionsOfTransaction({ TransactItems = [] }: Body): readonly string[] {
  const items = TransactItems as readonly Readonly<Record<string, { readonly TableName: string }>>[];
  return items.flatMap((item) =>
    Object.entries(item).map(([action, { TableName }]) => `dynamodb:${action}Item ${TableName}`),
  );
}

function resourcesOf({
  TransactItems,
  TableName,
  IndexName,
  RequestItems,
  SecretId,
  QueueUrl,
}: Body): readonly string[] {
  if (TransactItems !== undefined) return [];
  if (typeof RequestItems === "object") return Object.keys(RequestItems ?? {});
  const path = String(QueueUrl ?? SecretId ?? TableName);
  return [(path.split("/").at(-1) ?? "") + (IndexName === undefined ? "" : `/index/${IndexName}`)];
}
