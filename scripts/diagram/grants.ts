import type { Resource, Section, Stack } from "@portcullis/emulator/template";

/** One statement of a role: actions and resources, by the template's names. */
export type Grant = {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Empty where the statement has no condition. */
  readonly condition: string;
};

/** The statements of a function's role: its own policies, and the policies of the template that it refers to. */
export function grantsOf(stack: Stack, fn: Resource): readonly Grant[] {
  const { properties } = find(stack, fn.properties.text("Role"));
  const managed = properties.texts("ManagedPolicyArns").map((policy) => find(stack, policy).properties);
  return [...properties.sections("Policies"), ...managed]
    .flatMap((policy) => policy.section("PolicyDocument").sections("Statement"))
    .map(readStatement);
}

function readStatement(statement: Section): Grant {
  if (statement.text("Effect") !== "Allow")
    throw statement.problem("Effect", "is not Allow, which no document says yet");
  return {
    actions: statement.texts("Action"),
    resources: statement.texts("Resource").map(nameIn),
    condition: statement.has("Condition") ? conditionIn(statement) : "",
  };
}

function conditionIn(statement: Section): string {
  return Object.values(statement.map("Condition"))
    .flatMap((tests) => Object.entries(tests ?? {}))
    .map(([key, values]) => `${key} in ${[values].flat().join(", ")}`)
    .join("; ");
}

function find(stack: Stack, reference: string): Resource {
  const found = stack.resources.find(nameIn(reference));
  if (found === undefined) throw new Error(`${reference} is no resource of the template`);
  return found;
}

/**
 * The last part of an ARN, without the suffix that a secret's has; for a resource without an ARN in the emulator, the
 * logical id before `.Arn`.
 */
function nameIn(reference: string): string {
  const [, secret] = /:secret:(.+)-[^-]{6}$/.exec(reference) ?? [];
  return secret ?? (reference.split(":").at(-1) ?? "").replace(/^table\//, "").replace(/\.Arn\b/, "");
}
