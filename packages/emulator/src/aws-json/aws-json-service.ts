import { randomUUID } from "node:crypto";
import type { HttpRequest, HttpResponse, HttpService } from "../http/http-service.ts";
import { decodeUtf8, isPlainObject, type PlainObject, parseJson } from "../json.ts";
import { AwsError } from "./aws-error.ts";

/**
 * The caller of an operation. `origin` is the address through which it reached the emulator, for URLs in responses.
 * `accessKeyId` is the access key that the request names.
 */
type Caller = { readonly origin: string; readonly accessKeyId: string };

export type Operation = (input: PlainObject, caller: Caller) => Promise<object> | object;

/** A service of the AWS JSON protocol (smithy.io, "AWS JSON 1.0 and 1.1"): one POST, the operation in X-Amz-Target. */
export function makeAwsJsonService(service: {
  readonly targetPrefix: string;
  readonly version: "1.0" | "1.1";
  readonly namespace: string;
  readonly operations: ReadonlyMap<string, Operation>;
}): HttpService {
  const respond = (status: number, body: object, headers: Record<string, string> = {}): HttpResponse => ({
    status,
    headers: {
      "content-type": `application/x-amz-json-${service.version}`,
      "x-amzn-requestid": randomUUID(),
      ...headers,
    },
    body: JSON.stringify(body),
  });

  return async (request) => {
    const [prefix, operation = ""] = String(request.headers["x-amz-target"] ?? "").split(".");
    if (request.method !== "POST" || prefix !== service.targetPrefix) return undefined;
    try {
      const accessKeyId = checkSigned(request);
      const run = service.operations.get(operation);
      if (run === undefined) throw new AwsError("UnknownOperationException", `${operation} is not emulated.`);
      const origin = `http://${request.headers.host}`;
      return respond(200, await run(parseInput(request.body), { origin, accessKeyId }));
    } catch (error) {
      const fault =
        error instanceof AwsError ? error : new AwsError("InternalFailure", "Internal failure", { status: 500 });
      return respond(
        fault.status,
        { __type: `${service.namespace}#${fault.code}`, message: fault.message },
        { "x-amzn-query-error": `${fault.queryCode};${fault.status < 500 ? "Sender" : "Receiver"}` },
      );
    }
  };
}

/** Accepts any credentials, but code that forgets to sign must fail here as it does on AWS. */
function checkSigned({ headers }: HttpRequest): string {
  const signed = /^AWS4-HMAC-SHA256 (?:.*\bCredential=([^/,\s]+))?/.exec(headers.authorization ?? "");
  if (signed === null) {
    throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", { status: 403 });
  }
  return signed[1] ?? "";
}

function parseInput(body: Buffer): PlainObject {
  const text = decodeUtf8(body, { ignoreBOM: true });
  const input = text === undefined ? undefined : parseJson(text || "{}")?.value;
  if (isPlainObject(input)) return input;
  throw new AwsError("SerializationException", "The request is not a JSON object.");
}
