/** The policy's decision on one action on one resource. An explicit denial wins, wherever it is in the policy. */
export type PolicyDecision = "allowed" | "explicitly-denied" | "implicitly-denied";

/** Evaluates a policy; undefined if the document is not a policy. */
export function evaluatePolicy(document: unknown, action: string, resource: string): PolicyDecision | undefined {
  if (typeof document !== "object" || document === null || !("Statement" in document)) return undefined;
  const statements = [document.Statement].flat();
  if (!statements.every(isStatement)) return undefined;
  const effects = statements.filter((statement) => applies(statement, action, resource)).map(({ Effect }) => Effect);
  if (effects.includes("Deny")) return "explicitly-denied";
  return effects.includes("Allow") ? "allowed" : "implicitly-denied";
}

type Statement = { readonly Effect: "Allow" | "Deny"; readonly Action: Patterns; readonly Resource: Patterns };
type Patterns = string | readonly string[];

const UNDERSTOOD = new Set(["Sid", "Effect", "Action", "Resource"]);

function isStatement(value: unknown): value is Statement {
  if (typeof value !== "object" || value === null) return false;
  const { Effect, Action, Resource } = value as Record<string, unknown>;
  return (Effect === "Allow" || Effect === "Deny") && isPatterns(Action) && isPatterns(Resource);
}

function isPatterns(value: unknown): value is Patterns {
  return typeof value === "string" || (Array.isArray(value) && value.every((item) => typeof item === "string"));
}

/** A statement with an element that is not evaluated here, such as Condition, can deny but never allow. */
function applies(statement: Statement, action: string, resource: string): boolean {
  const understood = Object.keys(statement).every((element) => UNDERSTOOD.has(element));
  if (!understood && statement.Effect === "Allow") return false;
  // Actions are compared without regard to case, resources with it (IAM user guide, "Action" and "Resource").
  const actionMatches = [statement.Action]
    .flat()
    .some((pattern) => matchesWildcards(pattern.toLowerCase(), action.toLowerCase()));
  return actionMatches && [statement.Resource].flat().some((pattern) => matchesWildcards(pattern, resource));
}

/** IAM's wildcards, `*` and `?`. It backtracks to the last star only: the steps are bounded by the product of the lengths. */
function matchesWildcards(pattern: string, text: string): boolean {
  let at = 0;
  let from = 0;
  let star = -1;
  let starFrom = 0;
  while (from < text.length) {
    if (pattern[at] === "*") {
      star = at++;
      starFrom = from;
    } else if (at < pattern.length && (pattern[at] === "?" || pattern[at] === text[from])) {
      at += 1;
      from += 1;
    } else if (star >= 0) {
      at = star + 1;
      from = ++starFrom;
    } else {
      return false;
    }
  }
  while (pattern[at] === "*") at += 1;
  return at === pattern.length;
}
