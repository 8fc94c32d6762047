import { type MalformedInputCode, MalformedInputError } from "../../../domain/errors.ts";

type ParsedBody<T> =
  | { readonly kind: "parsed"; readonly value: T }
  | { readonly kind: "malformed"; readonly reason: MalformedInputCode };

/** The parsed body of a message, or the reason why it cannot be parsed. */
export function parseBody<T>(body: string, parse: (body: string) => T): ParsedBody<T> {
  try {
    return { kind: "parsed", value: parse(body) };
  } catch (thrown) {
    if (thrown instanceof MalformedInputError) return { kind: "malformed", reason: thrown.code };
    throw thrown;
  }
}
