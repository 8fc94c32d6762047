import { MalformedInputError } from "../domain/errors.ts";
import { DependencyUnavailableError } from "./errors.ts";
import type { LogFields } from "./ports/logger.ts";

/** Names and codes as Node.js, the AWS SDK and we spell them: too narrow to carry what a caller sent. */
const IDENTIFIER = /^[A-Za-z][A-Za-z0-9_.]{0,63}$/;

/**
 * All that may be logged of something thrown. Its message, its stack and its other properties stay out: an SDK error
 * carries the request, and JSON.parse quotes its input. Of an outage: which dependency, and what its first cause was.
 */
export function faultFields(thrown: unknown): Pick<LogFields, "dependency" | "errorName" | "errorCode" | "reason"> {
  if (thrown instanceof DependencyUnavailableError) {
    return { dependency: thrown.dependency, ...faultFields(thrown.cause) };
  }
  // Somebody else's doing, so counted among the refusals.
  if (thrown instanceof MalformedInputError) return { ...errorFields(thrown), reason: thrown.code };
  return errorFields(thrown);
}

function errorFields(thrown: unknown): Pick<LogFields, "errorName" | "errorCode"> {
  const { name, code } = Object(thrown) as { readonly name?: unknown; readonly code?: unknown };
  return {
    ...(isIdentifier(name) && { errorName: name }),
    ...(isIdentifier(code) && { errorCode: code }),
  };
}

function isIdentifier(value: unknown): value is string {
  return typeof value === "string" && IDENTIFIER.test(value);
}
