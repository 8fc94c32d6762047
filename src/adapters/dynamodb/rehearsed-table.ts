import type { DynamoDBDocumentClient, GetCommand, GetCommandInput, GetCommandOutput } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import type { DeserializeMiddleware } from "@smithy/types";
import { PRIMING_MILLIS } from "../../application/priming.ts";
import type { RehearsedConnection } from "../../application/rehearsal.ts";
import { toConnectionItem } from "./connection-item.ts";
import type { DynamoTable } from "./dynamo-table.ts";
import { toSubscriptionItem } from "./subscription-item.ts";

/** The parts of the SDK's HTTP request and response that are needed here. */
type HttpRequest = { readonly headers: Readonly<Record<string, string>> };
type HttpResponse = { readonly body: unknown };

type Send = (request: object) => Promise<HttpResponse>;

/**
 * The table of a rehearsal: requests are signed and never sent. Every query finds the rehearsed connection and its
 * subscription, other reads find nothing, and every write succeeds. The first request opens the connection that the
 * first real request will use.
 */
export function rehearsedTable(table: DynamoTable, made: RehearsedConnection): DynamoTable {
  let opened: Promise<unknown> | undefined;
  const documents = respondingWith(table.documents, async (request, send) => {
    // Only a response that was read to its end frees the connection for the next request.
    opened ??= ping(request, send).then(({ body }) => table.documents.config.streamCollector(body));
    await opened;
    return request.headers["x-amz-target"]?.endsWith(".Query") ? queryResponse(made) : "{}";
  });
  return { ...table, documents, budgetMillis: PRIMING_MILLIS, changeBudgetMillis: PRIMING_MILLIS };
}

function queryResponse({ connection, subscription }: RehearsedConnection): string {
  const items = [toConnectionItem(connection), toSubscriptionItem(subscription, 0)];
  return JSON.stringify({ Items: items.map((item) => marshall(item)) });
}

/**
 * `GET /ping` is a health check: it needs no signature, no permission and no capacity. Any response means that the
 * connection is open, and DynamoDB keeps it for the next request even after a 404.
 */
function ping(request: HttpRequest, send: Send): Promise<HttpResponse> {
  const headers = { host: request.headers["host"] };
  return send({ ...request, method: "GET", path: "/ping", headers, body: undefined });
}

/** After signing. With a name, because lib-dynamodb adds the middleware of a command twice. */
const AT_THE_END = { step: "deserialize", priority: "low", name: "rehearsal", override: true } as const;

/** The same client with the same settings, but `respond` gets each signed request, and makes the body of its response. */
function respondingWith(
  documents: DynamoDBDocumentClient,
  respond: (request: HttpRequest, send: Send) => Promise<string>,
): DynamoDBDocumentClient {
  const middleware: DeserializeMiddleware<GetCommandInput, GetCommandOutput> = (next) => async (args) => {
    const send: Send = async (request) => (await next({ ...args, request })).response as HttpResponse;
    const body = Buffer.from(await respond(args.request as HttpRequest, send));
    return { response: { statusCode: 200, headers: {}, body }, output: {} as never };
  };
  // Typed by one command; the client takes all of them.
  const send = (command: GetCommand, options: object) => {
    command.middlewareStack.add(middleware, AT_THE_END);
    return documents.send(command, options);
  };
  return Object.create(documents, { send: { value: send } });
}
