import * as z from "zod/mini";

/** What the schema accepts, as JSON Schema draft 7, the dialect of AsyncAPI. */
export function jsonSchemaOf(schema: z.ZodMiniType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", target: "draft-7" });
  return rest;
}
