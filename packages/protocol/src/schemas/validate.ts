import type * as z from "zod/mini";

export type ObjectSchema = z.ZodMiniObject;

export type Validation<T> =
  | { readonly kind: "valid"; readonly value: T }
  /** `member` is the first at fault, by its name in the schema. Absent: the whole, or a member that the schema has not. */
  | { readonly kind: "malformed"; readonly member?: string };

/** Without zod's own error, which quotes its input and names members that the sender invented. */
export function validate<S extends ObjectSchema>(schema: S, value: unknown): Validation<z.infer<S>> {
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return { kind: "valid", value: data };
  const atFault = new Set(error.issues.map(({ path }) => path[0]));
  const member = Object.keys(schema.shape).find((name) => atFault.has(name));
  return { kind: "malformed", ...(member !== undefined && { member }) };
}
