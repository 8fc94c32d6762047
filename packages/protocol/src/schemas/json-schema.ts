import * as z from "zod/mini";

/** The JSON Schema (draft 7, the dialect of AsyncAPI) of the values that a schema accepts. */
export function jsonSchemaOf(schema: z.ZodMiniType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", target: "draft-7" });
  return rest;
}
