import { type ConditionContext, parseCondition } from "../iam/conditions.ts";
import { matchesWildcards } from "../iam/wildcards.ts";
import { isPlainObject } from "../json.ts";

/** The policy's decision on one action on one resource. An explicit denial wins, wherever it is in the policy. */
export type PolicyDecision = "allowed" | "explicitly-denied" | "implicitly-denied";

export type PolicyRequest = {
  readonly action: string;
  readonly resource: string;
  readonly context: ConditionContext;
};

/** Evaluates a policy; undefined if the document is not a policy. */
export function evaluatePolicy(document: unknown, request: PolicyRequest): PolicyDecision | undefined {
  if (typeof document !== "object" || document === null || !("Statement" in document)) return undefined;
  const statements = [document.Statement].flat();
  if (!statements.every(isStatement)) return undefined;
  const effects = statements.filter((statement) => applies(statement, request)).map(({ Effect }) => Effect);
  if (effects.includes("Deny")) return "explicitly-denied";
  return effects.includes("Allow") ? "allowed" : "implicitly-denied";
}

type Statement = {
  readonly Effect: "Allow" | "Deny";
  readonly Action?: Patterns;
  readonly NotAction?: Patterns;
  readonly Resource?: Patterns;
  readonly NotResource?: Patterns;
  readonly Condition?: unknown;
};
type Patterns = string | readonly string[];

const UNDERSTOOD = new Set(["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"]);

function isStatement(value: unknown): value is Statement {
  if (typeof value !== "object" || value === null) return false;
  const { Effect, Action, NotAction, Resource, NotResource } = value as Record<string, unknown>;
  return (Effect === "Allow" || Effect === "Deny") && isEither(Action, NotAction) && isEither(Resource, NotResource);
}

/** An empty list of exceptions would mean everything: it is refused. */
function isEither(patterns: unknown, exceptions: unknown): boolean {
  if (exceptions === undefined) return isPatterns(patterns);
  return patterns === undefined && isPatterns(exceptions) && exceptions.length > 0;
}

function isPatterns(value: unknown): value is Patterns {
  return typeof value === "string" || (Array.isArray(value) && value.every((item) => typeof item === "string"));
}

/** A statement with a part that is not understood here, such as a set operator, can deny but never allow. */
function applies(statement: Statement, { action, resource, context }: PolicyRequest): boolean {
  const { Action, NotAction, Resource, NotResource, Condition = {} } = statement;
  // Actions are compared without regard to case, resources with it (IAM user guide, "Action" and "Resource").
  const concernsAction = concerns(lowerCase(Action), lowerCase(NotAction), action.toLowerCase());
  const concernsResource = concerns(Resource, NotResource, resource);
  if (concernsAction === false || concernsResource === false) return false;
  const isUnderstood =
    concernsAction && concernsResource && Object.keys(statement).every((name) => UNDERSTOOD.has(name));
  const holds = isUnderstood ? conditionsHold(Condition, context) : undefined;
  return holds ?? statement.Effect === "Deny";
}

/** Undefined if a policy variable decides, such as `${aws:username}`: variables are not replaced here. */
function concerns(patterns: Patterns | undefined, exceptions: Patterns | undefined, text: string): boolean | undefined {
  const all = [patterns ?? exceptions ?? []].flat();
  const isListed = all.some((pattern) => matchesWildcards(pattern, text));
  if (!isListed && all.some((pattern) => pattern.includes("${"))) return undefined;
  return isListed === (exceptions === undefined);
}

function lowerCase(patterns: Patterns | undefined): Patterns | undefined {
  return patterns && [patterns].flat().map((pattern) => pattern.toLowerCase());
}

/** True if every condition holds; undefined if one of them is not understood. */
function conditionsHold(block: unknown, context: ConditionContext): boolean | undefined {
  if (!isPlainObject(block)) return undefined;
  const results = Object.entries(block).flatMap(([operator, keys]) => {
    if (!isPlainObject(keys)) return [undefined];
    return Object.entries(keys).map(([key, value]) => conditionHolds({ operator, key, value }, context));
  });
  return results.includes(undefined) ? undefined : results.every(Boolean);
}

function conditionHolds(
  { operator, key, value }: { readonly operator: string; readonly key: string; readonly value: unknown },
  context: ConditionContext,
): boolean | undefined {
  const values = [value].flat();
  if (!values.every((one) => ["string", "number", "boolean"].includes(typeof one))) return undefined;
  const condition = parseCondition(operator, key, values.map(String));
  // A key that the context does not name may be in the request on AWS.
  return condition && context.has(condition.key) ? condition.holdsFor(context.get(condition.key)) : undefined;
}
