import { methodArn } from "./events.ts";
import { evaluatePolicy } from "./iam-policy.ts";

export type AuthorizerVerdict =
  /** `context` as later events carry it: every value as text, with the principal if there is one. */
  | { readonly kind: "allowed"; readonly context: Readonly<Record<string, string>> }
  | { readonly kind: "denied"; readonly explicitly: boolean }
  | { readonly kind: "misconfigured" };

/** API Gateway's quota for the whole of the result. */
const MAX_RESULT_BYTES = 8 * 1024;

const MISCONFIGURED: AuthorizerVerdict = { kind: "misconfigured" };

/** Anything but a well-formed result that allows exactly this connection keeps the caller out. */
export function judgeAuthorizerResult(json: string, stage: string): AuthorizerVerdict {
  if (Buffer.byteLength(json) > MAX_RESULT_BYTES) return MISCONFIGURED;
  const result: unknown = JSON.parse(json);
  if (!isRecord(result)) return MISCONFIGURED;
  const decision = evaluatePolicy(result["policyDocument"], "execute-api:Invoke", methodArn(stage));
  // The principal is one more value, and may be missing: the real service was seen to accept that.
  const context = stringified(result["context"] ?? {}, result["principalId"]);
  if (decision === undefined || context === undefined) return MISCONFIGURED;
  if (decision !== "allowed") return { kind: "denied", explicitly: decision === "explicitly-denied" };
  return { kind: "allowed", context };
}

/** Undefined when a value is an object or an array, which a context may not hold. Nulls do not arrive. */
function stringified(context: unknown, principalId: unknown): Record<string, string> | undefined {
  if (!isRecord(context)) return undefined;
  const values = { ...context, principalId: principalId ?? null };
  const entries = Object.entries(values).filter(([, value]) => value !== null);
  if (entries.some(([, value]) => typeof value === "object")) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
