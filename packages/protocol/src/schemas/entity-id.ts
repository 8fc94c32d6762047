import * as z from "zod/mini";
import { isEntityId, isEntityPattern } from "../identifiers.ts";
import { MAX_ENTITY_ID_BYTES } from "../limits.ts";

// In each text schema, lengths and patterns describe the text for JSON Schema. The predicate of the contract is
// stricter, and decides.

export const entityId = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(MAX_ENTITY_ID_BYTES),
    z.describe("At most 256 bytes of UTF-8, no control characters."),
    z.refine(isEntityId),
  );

export const entityPattern = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(MAX_ENTITY_ID_BYTES),
    z.regex(/^[^*]*\*?$/),
    z.describe("The id of an entity, or the beginning of ids and a trailing *. Without a verb."),
    z.refine(isEntityPattern),
  );
