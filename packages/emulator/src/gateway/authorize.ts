import { isPlainObject } from "../json.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Authorizer } from "./api-description.ts";
import { conditionContext } from "./condition-context.ts";
import { authorizerEvent, type GatewayRequest, type Session } from "./events.ts";
import { evaluatePolicy } from "./iam-policy.ts";
import type { InvokeIntegration } from "./integration.ts";
import {
  AUTHORIZER_FAILED,
  AUTHORIZER_MISCONFIGURED,
  EXPLICIT_DENY,
  type HandshakeError,
  IMPLICIT_DENY,
  UNAUTHORIZED,
} from "./refusal.ts";
import type { HeaderMaps, QueryMaps } from "./request-maps.ts";

type Authorization =
  | { readonly kind: "authorized"; readonly context: Readonly<Record<string, string>>; readonly latency: number }
  | { readonly kind: "refused"; readonly error: HandshakeError };

export type Authorize = (
  authorizer: Authorizer,
  session: Session,
  request: GatewayRequest,
  sent: { readonly headers: HeaderMaps; readonly query: QueryMaps },
) => Promise<Authorization>;

/** The text of an error that API Gateway turns into a refusal (401). Any other error is a fault of the authorizer. */
const UNAUTHORIZED_ERROR = "Unauthorized";

/** Asks the authorizer. Only a valid policy that allows this connection admits it. */
export function makeAuthorize(deps: {
  readonly invokeIntegration: InvokeIntegration;
  readonly scheduler: Scheduler;
}): Authorize {
  return async (authorizer, session, request, sent) => {
    if (!hasIdentity(authorizer.identitySources, { ...sent, session, request })) return rejection(UNAUTHORIZED);
    const askedAt = deps.scheduler.now();
    const result = await deps.invokeIntegration(authorizer, authorizerEvent(session, request, sent));
    if (result.kind === "failed" && result.error.errorMessage === UNAUTHORIZED_ERROR) return rejection(UNAUTHORIZED);
    if (result.kind !== "returned") return rejection(AUTHORIZER_FAILED);
    const verdict = judgeAuthorizerResult(result.json, session, deps.scheduler.now());
    switch (verdict.kind) {
      case "allowed":
        return { kind: "authorized", context: verdict.context, latency: deps.scheduler.now() - askedAt };
      case "denied":
        return rejection(verdict.explicitly ? EXPLICIT_DENY : IMPLICIT_DENY);
      case "misconfigured":
        return rejection(AUTHORIZER_MISCONFIGURED);
    }
  };
}

function rejection(error: HandshakeError): Authorization {
  return { kind: "refused", error };
}

/** The parts of a handshake that contain identity sources. */
export type Identifiable = {
  readonly headers: HeaderMaps;
  readonly query: QueryMaps;
  readonly session: Session;
  readonly request: GatewayRequest;
};

type Find = (from: Identifiable) => unknown;

const SOURCE = /^(route\.request\.header|route\.request\.querystring|stageVariables|context)\.([\w.-]+)$/;

/** Recorded from the real service: it finds the first three and never the others. */
const CONTEXT = new Map<string, Find>([
  ["connectionId", ({ session }) => session.connectionId],
  ["connectedAt", ({ session }) => session.connectedAt],
  ["requestTimeEpoch", ({ request }) => request.at],
  ["eventType", () => undefined],
  ["messageDirection", () => undefined],
]);

/** Parses an identity source. Undefined if the text is unknown, or is not an identity source of a WebSocket API. */
export function parseIdentitySource(source: string): Find | undefined {
  const [, place, name = ""] = SOURCE.exec(source) ?? [];
  switch (place) {
    case "route.request.header":
      return ({ headers }) => headerValue(headers, name);
    case "route.request.querystring":
      return ({ query }) => own(query.queryStringParameters, name);
    case "stageVariables":
      return ({ session }) => own(session.stageVariables ?? {}, name);
    case "context":
      return CONTEXT.get(name);
    default:
      return undefined;
  }
}

/**
 * True if all identity sources are present and not empty. Otherwise API Gateway responds 401 without asking the
 * authorizer.
 */
export function hasIdentity(sources: readonly string[], from: Identifiable): boolean {
  return sources.every((source) => Boolean(parseIdentitySource(source)?.(from)));
}

function headerValue({ headers }: HeaderMaps, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

function own(values: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

type AuthorizerVerdict =
  /** `context` as later events carry it: every value as text, with the principal if there is one. */
  | { readonly kind: "allowed"; readonly context: Readonly<Record<string, string>> }
  | { readonly kind: "denied"; readonly explicitly: boolean }
  | { readonly kind: "misconfigured" };

/** API Gateway's quota for the whole result. */
const MAX_RESULT_BYTES = 8 * 1024;

const MISCONFIGURED: AuthorizerVerdict = { kind: "misconfigured" };

/** Judges a result: only a well-formed one that allows exactly this connection lets the caller in. */
function judgeAuthorizerResult(json: string, session: Session, now: number): AuthorizerVerdict {
  if (Buffer.byteLength(json) > MAX_RESULT_BYTES) return MISCONFIGURED;
  const result: unknown = JSON.parse(json);
  if (!isPlainObject(result)) return MISCONFIGURED;
  const decision = evaluatePolicy(result["policyDocument"], {
    action: "execute-api:Invoke",
    resource: session.methodArn,
    context: conditionContext(session, now),
  });
  // The principal is one more value. It may be missing: the real service accepts that.
  const context = stringified(result["context"] ?? {}, result["principalId"]);
  if (decision === undefined || context === undefined) return MISCONFIGURED;
  if (decision !== "allowed") return { kind: "denied", explicitly: decision === "explicitly-denied" };
  return { kind: "allowed", context };
}

/**
 * Turns the values of a context into texts. Undefined if a value is an object or an array, which a context may not
 * hold. Nulls do not arrive.
 */
function stringified(context: unknown, principalId: unknown): Record<string, string> | undefined {
  if (!isPlainObject(context)) return undefined;
  const values = { ...context, principalId: principalId ?? null };
  const entries = Object.entries(values).filter(([, value]) => value !== null);
  if (entries.some(([, value]) => typeof value === "object")) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
