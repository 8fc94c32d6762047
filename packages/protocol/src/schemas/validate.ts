import type * as z from "zod/mini";

export type ObjectSchema = z.ZodMiniObject;

export type Validation<T> =
  | { readonly kind: "valid"; readonly value: T }
  /**
   * `member` is the first wrong member, by its name in the schema. It is absent if the whole value is wrong, or a
   * member that the schema does not have.
   */
  | { readonly kind: "malformed"; readonly member?: string };

/** Validates a value. Drops zod's own error, because it quotes its input and names members that the sender invented. */
export function validate<S extends ObjectSchema>(schema: S, value: unknown): Validation<z.infer<S>> {
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return { kind: "valid", value: data };
  const atFault = new Set(error.issues.map(({ path }) => path[0]));
  const member = Object.keys(schema.shape).find((name) => atFault.has(name));
  return { kind: "malformed", ...(member !== undefined && { member }) };
}
