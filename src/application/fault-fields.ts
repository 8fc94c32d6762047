import { MalformedInputError } from "../domain/errors.ts";
import { DependencyUnavailableError } from "./errors.ts";
import type { LogFields } from "./ports/logger.ts";

/**
 * Names and codes as Node.js, the AWS SDK and this code spell them. The pattern is too narrow for text that a caller
 * sent.
 */
const IDENTIFIER = /^[A-Za-z][A-Za-z0-9_.]{0,63}$/;

/**
 * The fields of a thrown value that may be logged. Message, stack and other properties are left out: an SDK error
 * contains the request, and JSON.parse quotes its input. An outage adds the dependency and its first cause.
 */
export function faultFields(thrown: unknown): Pick<LogFields, "dependency" | "errorName" | "errorCode" | "reason"> {
  if (thrown instanceof DependencyUnavailableError) {
    return { dependency: thrown.dependency, ...faultFields(thrown.cause) };
  }
  // The caller caused it: it is logged as a refusal (`reason`), not as a fault.
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
