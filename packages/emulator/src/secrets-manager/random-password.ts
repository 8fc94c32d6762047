import { randomInt } from "node:crypto";
import { AwsError } from "../aws-json/aws-error.ts";

/** The options of GetRandomPassword, and of `GenerateSecretString`. */
export type PasswordOptions = {
  readonly length: number;
  readonly excludeCharacters: string;
  readonly excludeLowercase: boolean;
  readonly excludeNumbers: boolean;
  readonly excludePunctuation: boolean;
  readonly excludeUppercase: boolean;
  readonly includeSpace: boolean;
  readonly requireEachIncludedType: boolean;
};

export const DEFAULT_PASSWORD_LENGTH = 32;
export const MAX_PASSWORD_LENGTH = 4096;

const LOWERCASE = "abcdefghijklmnopqrstuvwxyz";
const NUMBERS = "0123456789";
/** API reference, GetRandomPassword, `ExcludePunctuation`. */
const PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/** Makes a password as GetRandomPassword does. Throws InvalidParameterException on options that no password meets. */
export function randomPassword(options: PasswordOptions): string {
  const types = typesOf(options);
  const characters = types.join("");
  if (characters === "") throw invalid("The password can't be empty: all characters are excluded.");
  const required = options.requireEachIncludedType ? types : [];
  if (required.length > options.length) throw invalid("The password is too short for one character of each type.");
  const others = Array.from({ length: options.length - required.length }, () => characters);
  return shuffled([...required, ...others].map(anyOf)).join("");
}

/** The included types, each without the excluded characters. A type of which nothing is left does not count. */
function typesOf(options: PasswordOptions): readonly string[] {
  const types = [
    options.excludeLowercase ? "" : LOWERCASE,
    options.excludeUppercase ? "" : LOWERCASE.toUpperCase(),
    options.excludeNumbers ? "" : NUMBERS,
    options.excludePunctuation ? "" : PUNCTUATION,
    options.includeSpace ? " " : "",
  ];
  const isKept = (character: string) => !options.excludeCharacters.includes(character);
  return types.map((type) => [...type].filter(isKept).join("")).filter((type) => type !== "");
}

function anyOf(characters: string): string {
  return characters.charAt(randomInt(characters.length));
}

/** Fisher and Yates's shuffle: otherwise the first characters would tell their types. */
function shuffled(characters: readonly string[]): readonly string[] {
  const order = [...characters];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const chosen = randomInt(last + 1);
    [order[last], order[chosen]] = [order[chosen] as string, order[last] as string];
  }
  return order;
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}
