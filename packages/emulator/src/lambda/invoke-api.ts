import { randomUUID } from "node:crypto";
import { decodeSegment, type HttpRequest, type HttpResponse, type HttpService } from "../http/http-service.ts";
import { decodeUtf8, parseJson } from "../json.ts";
import { captureOutput } from "./capture-output.ts";
import type { Functions } from "./functions.ts";
import { executions } from "./in-process-host.ts";
import { makeInvocationLog } from "./invocation-log.ts";
import type { InvocationResult } from "./lambda-function.ts";

const INVOCATIONS = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** The API's FunctionName: a name, or a whole or partial ARN, with or without a qualifier. */
const FUNCTION_NAME =
  /^(?:arn:aws[a-z-]*:lambda:[a-z0-9-]+:)?(?:\d{12}:)?(?:function:)?([A-Za-z0-9_-]{1,64})(?::(\$LATEST|[A-Za-z0-9_-]+))?$/;

/** The quota for the payload of an asynchronous invocation; it was 256 KB until October 2025. */
const MAX_EVENT_BYTES = 1_048_576;

/** Resolves when the event is not needed any more. Never rejects. */
type InvokeAsynchronously = (functionName: string, event: unknown) => Promise<unknown>;

/** True if a request to this path may run a function, which may make requests of its own. */
export function isInvocation(path: string): boolean {
  return INVOCATIONS.test(path);
}

/** Lambda's Invoke operation as the AWS CLI and SDKs call it. Unsigned calls are served too, for curl. */
export function makeInvokeApi(functions: Functions, invokeAsynchronously: InvokeAsynchronously): HttpService {
  return async (request) => {
    const encodedName = INVOCATIONS.exec(request.path)?.[1];
    if (encodedName === undefined || request.method !== "POST") return undefined;
    const [, name, qualifier] = FUNCTION_NAME.exec(decodeSegment(encodedName) ?? "") ?? [];
    if (name === undefined) return errorResponse(400, "ValidationException", "The function name is not valid");
    if (!functions.has(name) || (qualifier ?? "$LATEST") !== "$LATEST") {
      return errorResponse(404, "ResourceNotFoundException", `Function not found: ${functions.arnOf(name)}`);
    }
    const event = parseEvent(request.body);
    if (event === undefined) {
      return errorResponse(400, "InvalidRequestContentException", "Could not parse request body into json");
    }
    return invokeAs(request, { functions, invokeAsynchronously }, name, event.value);
  };
}

async function invokeAs(
  request: HttpRequest,
  { functions, invokeAsynchronously }: { functions: Functions; invokeAsynchronously: InvokeAsynchronously },
  name: string,
  event: unknown,
): Promise<HttpResponse> {
  switch (request.headers["x-amz-invocation-type"] ?? "RequestResponse") {
    case "RequestResponse":
      return request.headers["x-amz-log-type"] === "Tail"
        ? withLog(functions, name, event)
        : toResponse(await functions.invoke(name, event));
    case "Event":
      if (request.body.length > MAX_EVENT_BYTES) return eventTooLarge(request.body.length);
      return { status: 202, until: invokeAsynchronously(name, event) };
    case "DryRun":
      return { status: 204 };
    default:
      return errorResponse(
        400,
        "InvalidParameterValueException",
        "InvocationType must be RequestResponse, Event or DryRun",
      );
  }
}

async function withLog(functions: Functions, name: string, event: unknown): Promise<HttpResponse> {
  captureOutput((output) => executions.getStore()?.log?.write(output));
  const log = makeInvocationLog();
  const response = toResponse(await functions.invoke(name, event, undefined, log));
  if (response.status !== 200) return response;
  return { ...response, headers: { ...response.headers, "X-Amz-Log-Result": log.tail().toString("base64") } };
}

function eventTooLarge(bytes: number): HttpResponse {
  const limit = `for the Event invocation type (limit ${MAX_EVENT_BYTES} bytes)`;
  return errorResponse(413, "RequestTooLargeException", `${bytes} byte payload is too large ${limit}`);
}

/** A handler's failure is a success of the API: status 200 and a header that says so. */
function toResponse(invocation: InvocationResult): HttpResponse {
  const headers = { "Content-Type": "application/json", "X-Amz-Executed-Version": "$LATEST" };
  switch (invocation.kind) {
    case "returned":
      return { status: 200, headers, body: invocation.json };
    case "failed":
      return {
        status: 200,
        headers: { ...headers, "X-Amz-Function-Error": "Unhandled" },
        body: JSON.stringify(invocation.error),
      };
    case "throttled":
      return errorResponse(429, "TooManyRequestsException", "Rate Exceeded.");
    case "unknown-function":
      return errorResponse(404, "ResourceNotFoundException", "Function not found");
  }
}

function errorResponse(status: number, type: string, message: string): HttpResponse {
  return {
    status,
    headers: { "Content-Type": "application/json", "x-amzn-ErrorType": type, "x-amzn-RequestId": randomUUID() },
    body: JSON.stringify({ Type: "User", message, Message: message }),
  };
}

/** Parses a payload. A call without one passes an empty object to the function. */
function parseEvent(body: Buffer): { readonly value: unknown } | undefined {
  if (body.length === 0) return { value: {} };
  const text = decodeUtf8(body);
  return text === undefined ? undefined : parseJson(text);
}
