import { algorithmAttacks } from "./algorithm-attacks.ts";
import type { Attack } from "./attack.ts";
import { claimAttacks } from "./claim-attacks.ts";
import { identityAttacks } from "./identity-attacks.ts";
import { keyAttacks } from "./key-attacks.ts";
import { malformedContents } from "./malformed-contents.ts";
import { malformedTokens } from "./malformed-tokens.ts";

/** The rows of attack:A* to attack:E* that concern an HS256 verifier, and the rows of fault:K* that are tokens. */
export const tokenAttacks: readonly Attack[] = [
  ...malformedTokens,
  ...malformedContents,
  ...algorithmAttacks,
  ...keyAttacks,
  ...claimAttacks,
  ...identityAttacks,
];
