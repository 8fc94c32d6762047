import { isPlainObject, ownProperty, type PlainObject } from "../json.ts";
import { AwsError } from "./aws-error.ts";

/**
 * Reads a member of an operation's input. The wrong JSON type is a SerializationException, as in every AWS JSON
 * service.
 */
export function optionalText(input: PlainObject, name: string): string | undefined {
  return optional(input, name, (value) => typeof value === "string") as string | undefined;
}

export function optionalFlag(input: PlainObject, name: string): boolean | undefined {
  return optional(input, name, (value) => typeof value === "boolean") as boolean | undefined;
}

export function optionalNumber(input: PlainObject, name: string): number | undefined {
  return optional(input, name, (value) => typeof value === "number") as number | undefined;
}

export function requiredText(input: PlainObject, name: string): string {
  const text = optionalText(input, name);
  if (text === undefined || text === "") {
    throw new AwsError("MissingParameter", `The request must contain the parameter ${name}.`);
  }
  return text;
}

export function optionalObject(input: PlainObject, name: string): PlainObject | undefined {
  return optional(input, name, isPlainObject) as PlainObject | undefined;
}

export function listOfObjects(input: PlainObject, name: string): readonly PlainObject[] {
  return (optional(input, name, (value) => Array.isArray(value) && value.every(isPlainObject)) ?? []) as PlainObject[];
}

export function listOfTexts(input: PlainObject, name: string): readonly string[] {
  const isTexts = (value: unknown) => Array.isArray(value) && value.every((one) => typeof one === "string");
  return (optional(input, name, isTexts) ?? []) as string[];
}

/** An integer within bounds, or `fallback` if it is absent. `reason` ends SQS's sentence about a value out of bounds. */
export function boundedInteger<Fallback>(
  input: PlainObject,
  name: string,
  { min, max, fallback, reason }: { min: number; max: number; fallback: Fallback; reason: string },
): number | Fallback {
  const value = optional(input, name, Number.isSafeInteger) as number | undefined;
  if (value === undefined) return fallback;
  if (value < min || value > max) {
    throw new AwsError("InvalidParameterValue", `Value ${value} for parameter ${name} is invalid. Reason: ${reason}`);
  }
  return value;
}

function optional(input: PlainObject, name: string, isExpected: (value: unknown) => boolean): unknown {
  const value = ownProperty(input, name) ?? undefined;
  if (value === undefined || isExpected(value)) return value;
  throw new AwsError("SerializationException", `${name} has the wrong type.`);
}
