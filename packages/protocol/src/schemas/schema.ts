import * as z from "zod/mini";

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

/**
 * The members of a type on every level, without `readonly`, and without the index signature of a schema that ignores
 * unknown members.
 */
type Members<T> = T extends readonly (infer Element)[]
  ? Members<Element>[]
  : T extends object
    ? { -readonly [Name in keyof T as string extends Name ? never : Name]: Members<T[Name]> }
    : T;

type Identical<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;

/** `true satisfies Same<…>` compiles only if the schema's type and `T` agree in every member, optional ones included. */
export type Same<Schema extends z.ZodMiniType, T> = Identical<Members<z.infer<Schema>>, Members<T>>;

/** The JSON Schema (draft 7, the dialect of AsyncAPI) of the values that a schema accepts. */
export function jsonSchemaOf(schema: z.ZodMiniType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", target: "draft-7" });
  return rest;
}
