import { MAX_DETAIL_MEMBERS } from "@portcullis/protocol";
import { validate } from "@portcullis/protocol/schemas";
import { MalformedInputError } from "../../domain/errors.ts";
import { isPlainObject } from "../../domain/plain-object.ts";

/** The detail's own members, as its schema has them. Throws MalformedInputError, also if they are too many. */
export function validDetail<S extends Parameters<typeof validate>[0]>(schema: S, detail: unknown) {
  const isBounded = isPlainObject(detail) && Object.keys(detail).length <= MAX_DETAIL_MEMBERS;
  // No schema accepts `undefined`.
  const validation = validate(schema, isBounded ? { ...detail } : undefined);
  if (validation.kind === "malformed") throw malformedDetail();
  return validation.value;
}

export function malformedDetail(): MalformedInputError {
  return new MalformedInputError("MALFORMED_DETAIL");
}
