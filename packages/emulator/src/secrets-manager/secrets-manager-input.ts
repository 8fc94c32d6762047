import { AwsError } from "../aws-json/aws-error.ts";
import { optionalNumber, optionalText } from "../aws-json/members.ts";
import type { PlainObject } from "../json.ts";
import type { SecretValue } from "./secret-versions.ts";
import { invalidParameter, invalidRequest } from "./secrets-manager-error.ts";

/** The quota for a value, in UTF-8. */
const MAX_VALUE_BYTES = 65_536;

/** API reference, CreateSecret: the length of a description and of the id of a key. */
const MAX_TEXT_CHARACTERS = 2048;

/** A text that a secret keeps. */
export function optionalKeptText(input: PlainObject, name: string): string | undefined {
  const text = optionalText(input, name);
  if (text === undefined || text.length <= MAX_TEXT_CHARACTERS) return text;
  throw invalidParameter(`${name} is longer than ${MAX_TEXT_CHARACTERS} characters.`);
}

export function requiredParameter(input: PlainObject, name: string): string {
  const text = optionalText(input, name);
  if (text === undefined || text === "") throw invalidParameter(`You must provide a value for the ${name} parameter.`);
  return text;
}

/** The id of a new version. SDKs and the AWS CLI make one; other callers must. */
export function requestToken(input: PlainObject): string {
  const token = optionalText(input, "ClientRequestToken");
  if (token === undefined) {
    throw invalidParameter("You must provide a ClientRequestToken value. We recommend a UUID-type value.");
  }
  if (token.length < 32 || token.length > 64)
    throw invalidParameter("ClientRequestToken must be 32-64 characters long.");
  return token;
}

/** The value in a request; undefined if there is none. */
export function optionalValue(input: PlainObject): SecretValue | undefined {
  const text = optionalText(input, "SecretString");
  const binary = optionalText(input, "SecretBinary");
  if (text !== undefined && binary !== undefined) {
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  const value = text ?? binary;
  if (value === undefined) return undefined;
  const bytes = Buffer.byteLength(value, text === undefined ? "base64" : "utf8");
  // The message does not repeat the value.
  if (bytes > MAX_VALUE_BYTES) throw invalidParameter(`The secret value is longer than ${MAX_VALUE_BYTES} bytes.`);
  return { kind: text === undefined ? "binary" : "string", value };
}

export function requiredValue(input: PlainObject): SecretValue {
  const value = optionalValue(input);
  if (value === undefined) throw invalidRequest("You must provide either SecretString or SecretBinary.");
  return value;
}

export function integerWithin(
  input: PlainObject,
  name: string,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined {
  const value = optionalNumber(input, name);
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return value;
  throw invalidParameter(`${name} must be a whole number from ${min} to ${max}.`);
}

/** One page of a list. The token is the number of the items before it. */
export function page<T>(
  input: PlainObject,
  items: readonly T[],
): { readonly items: readonly T[]; readonly NextToken?: string } {
  const most = integerWithin(input, "MaxResults", { min: 1, max: 100 }) ?? 100;
  const token = optionalText(input, "NextToken") ?? "0";
  if (!/^\d{1,7}$/.test(token)) throw new AwsError("InvalidNextTokenException", "The NextToken value is invalid.");
  const end = Number(token) + most;
  return { items: items.slice(Number(token), end), ...(end < items.length && { NextToken: String(end) }) };
}
