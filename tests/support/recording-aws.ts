import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

type Body = Readonly<Record<string, unknown>>;
export type Answer = { readonly status?: number; readonly body: Body };

/** The AWS JSON protocols name an operation in a header, with a prefix for each service. */
const SERVICES = new Map([
  ["AmazonSQS", "sqs"],
  ["DynamoDB_20120810", "dynamodb"],
  ["secretsmanager", "secretsmanager"],
]);

/**
 * A server that records all requests to AWS in IAM's terms: an action and a resource, by the resource's logical id in
 * the template. It responds as the test says, or with 200 and no content.
 */
export class RecordingAws {
  readonly permissions = new Set<string>();
  readonly origin: string;
  readonly #close: () => void;
  /** `before` holds the earlier requests. */
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
    // IAM has no action for a batch of messages (SQS developer guide, permissions reference).
    const action = `${SERVICES.get(service)}:${operation === "SendMessageBatch" ? "SendMessage" : operation}`;
    const answer = this.answer(action, body, [...this.permissions]) ?? { body: {} };
    for (const permission of permissionsOfTransaction(body)) this.permissions.add(permission);
    for (const resource of resourcesOf(body)) this.permissions.add(`${action} ${resource}`);
    return answer;
  }
}

/** IAM knows no transactions: each item of one needs the permission for its own operation. */
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
  return [(path.split(/[/:]/).at(-1) ?? "") + (IndexName === undefined ? "" : `/index/${IndexName}`)];
}
