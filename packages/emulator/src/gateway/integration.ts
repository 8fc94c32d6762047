import { validateHeaderValue } from "node:http";
import { isPlainObject } from "../json.ts";
import type { Functions } from "../lambda/functions.ts";
import type { InvocationResult } from "../lambda/lambda-function.ts";
import type { Scheduler } from "../scheduler.ts";
import { MAX_INTEGRATION_TIMEOUT_MS } from "./quotas.ts";
import { BAD_GATEWAY, type HandshakeError, INTERNAL_ERROR, TIMED_OUT } from "./refusal.ts";

export type InvokeIntegration = (
  target: {
    readonly functionName: string;
    readonly integrationTimeoutMillis?: number;
    readonly permittedStages?: readonly string[];
  },
  event: { readonly requestContext: { readonly stage: string } },
) => Promise<IntegrationResult>;

export type IntegrationResult = InvocationResult | { readonly kind: "timed-out" } | { readonly kind: "not-permitted" };

/**
 * Invokes a function and waits for its timeout at most. A function that takes longer continues, and its result is
 * dropped. A function is not invoked if no permission of it names API Gateway and the stage.
 */
export function makeInvokeIntegration(deps: {
  readonly functions: Functions;
  readonly scheduler: Scheduler;
}): InvokeIntegration {
  return ({ functionName, integrationTimeoutMillis = MAX_INTEGRATION_TIMEOUT_MS, permittedStages }, event) =>
    new Promise((resolve) => {
      if (permittedStages?.includes(event.requestContext.stage) === false) return resolve({ kind: "not-permitted" });
      const cancel = deps.scheduler.after(integrationTimeoutMillis, () => resolve({ kind: "timed-out" }));
      void deps.functions.invoke(functionName, event).then((invocation) => {
        cancel();
        resolve(invocation);
      });
    });
}

/** The effect of `$connect`'s response on a handshake. The gateway chooses no subprotocol by itself. */
type ConnectResponse =
  | { readonly kind: "accepted"; readonly subprotocol: string | undefined }
  /** The function refused: its status and body reach the client. */
  | { readonly kind: "refused"; readonly status: number; readonly body: string }
  | { readonly kind: "failed"; readonly error: HandshakeError };

const SUBPROTOCOL = "sec-websocket-protocol";

export function readConnectResponse(invocation: IntegrationResult): ConnectResponse {
  switch (invocation.kind) {
    case "returned":
      return readResponse(invocation.json);
    case "failed":
      return failed(BAD_GATEWAY);
    case "timed-out":
      return failed(TIMED_OUT);
    case "not-permitted":
    case "throttled":
    case "unknown-function":
      return failed(INTERNAL_ERROR);
  }
}

function readResponse(json: string): ConnectResponse {
  const response = parseProxyResponse(json);
  if (response.kind !== "response") return failed(BAD_GATEWAY);
  if (response.statusCode > 299) return { kind: "refused", status: response.statusCode, body: response.body ?? "" };
  const subprotocol = response.headers.get(SUBPROTOCOL);
  return isHeaderValue(subprotocol) ? { kind: "accepted", subprotocol } : failed(BAD_GATEWAY);
}

/** A line break in the value would add headers to the 101. */
function isHeaderValue(value: string | undefined): boolean {
  try {
    if (value !== undefined) validateHeaderValue(SUBPROTOCOL, value);
    return true;
  } catch {
    return false;
  }
}

function failed(error: HandshakeError): ConnectResponse {
  return { kind: "failed", error };
}

/** The return value of a Lambda proxy integration. */
type ProxyResponse =
  | {
      readonly kind: "response";
      readonly statusCode: number;
      readonly body?: string;
      /** Names are in lower case. Of several values the last one counts. */
      readonly headers: ReadonlyMap<string, string>;
    }
  /** The function returned nothing at all. */
  | { readonly kind: "nothing" }
  /** API Gateway would refuse the value. */
  | { readonly kind: "malformed" };

const MEMBERS = new Set(["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"]);

const NOTHING: ProxyResponse = { kind: "nothing" };
const MALFORMED: ProxyResponse = { kind: "malformed" };

export function parseProxyResponse(json: string): ProxyResponse {
  const value: unknown = JSON.parse(json);
  if (value === null) return NOTHING;
  if (!isPlainObject(value)) return MALFORMED;
  const members = Object.keys(value);
  if (members.length === 0) return NOTHING;
  const { statusCode, body, headers, multiValueHeaders } = value;
  const status = toStatus(statusCode);
  if (!members.every((member) => MEMBERS.has(member)) || status === undefined) return MALFORMED;
  if (!isAbsentOrText(body) || !isAbsentOrObject(headers) || !isAbsentOrObject(multiValueHeaders)) return MALFORMED;
  return {
    kind: "response",
    statusCode: status,
    headers: headersOf({ ...multiValueHeaders, ...headers }),
    ...(typeof body === "string" && { body }),
  };
}

/** A final HTTP status, as a number or as text. An integration cannot send 101. */
function toStatus(value: unknown): number | undefined {
  const status = typeof value === "string" && /^\d{3}$/.test(value) ? Number(value) : value;
  return Number.isInteger(status) && (status as number) >= 200 && (status as number) <= 599
    ? (status as number)
    : undefined;
}

function headersOf(members: Readonly<Record<string, unknown>>): Map<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(members)) {
    const last = [value].flat().at(-1);
    if (last !== undefined && last !== null && typeof last !== "object") headers.set(name.toLowerCase(), String(last));
  }
  return headers;
}

function isAbsentOrObject(value: unknown): value is Record<string, unknown> | null | undefined {
  return value === undefined || value === null || isPlainObject(value);
}

function isAbsentOrText(value: unknown): boolean {
  return value === undefined || value === null || typeof value === "string";
}
