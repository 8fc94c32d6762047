import type { Brand } from "../brand.ts";

/**
 * The user that a token speaks for, byte for byte as the token spells it: no folding of case or Unicode form, so two
 * spellings are two users. 1 to 128 of the characters below. They cover UUIDs, e-mail addresses, Cognito identity ids
 * (`eu-west-1:…`) and Auth0 subjects (`auth0|…`); `#`, which separates the parts of the table's keys, is not among them.
 */
export type UserId = Brand<string, "UserId">;

const USER_ID = /^[A-Za-z0-9_.@+=,|:~-]{1,128}$/;

export function parseUserId(value: unknown): UserId | undefined {
  return typeof value === "string" && USER_ID.test(value) ? (value as UserId) : undefined;
}
