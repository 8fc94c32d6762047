import type * as z from "zod/mini";

/**
 * The members of a type, without `readonly`, and without the index signature of a schema that ignores unknown members.
 */
type Members<T> = { -readonly [Name in keyof T as string extends Name ? never : Name]: T[Name] };

type Identical<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;

/** `true satisfies Same<…>` compiles only if the schema's type and `T` agree in every member, optional ones included. */
export type Same<Schema extends z.ZodMiniType, T> = Identical<Members<z.infer<Schema>>, Members<T>>;
