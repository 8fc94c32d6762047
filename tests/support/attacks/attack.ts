import type { RejectionReason } from "../../../src/domain/token/verdict.ts";
import { forgeJws } from "../forged-jws.ts";
import { goodClaims } from "../good-token.ts";

/** The target of an attack: POLICY of good-token.ts, this secret and this moment. */
export type Target = { readonly secret: string; readonly now: number };

/** A row of the attack table: one token that must be refused, and why. tests/IDS.md has the ids. */
export type Attack = {
  readonly id: string;
  readonly cwe: number;
  readonly title: string;
  readonly reason: RejectionReason;
  readonly token: (target: Target) => string;
};

/** The rows of one threat, which share its id and weakness. */
export function rowsOf(id: string, cwe: number) {
  return (reason: RejectionReason, title: string, token: Attack["token"]): Attack => ({
    id,
    cwe,
    title,
    reason,
    token,
  });
}

/** Good claims except for these, correctly signed, as a hostile or careless issuer could send them. */
export function withClaims(target: Target, claims: Record<string, unknown>): string {
  return forgeJws({ payload: { ...goodClaims(target.now), ...claims }, key: target.secret });
}

/** Good claims under this header, correctly signed with HMAC-SHA256. */
export function withHeader(target: Target, header: unknown): string {
  return forgeJws({ header, payload: goodClaims(target.now), key: target.secret });
}

/** Good claims with text spliced into their JSON, for JSON that JSON.stringify never writes. */
export function withClaimsText(target: Target, splice: (json: string) => string | Uint8Array): string {
  return forgeJws({ payload: splice(JSON.stringify(goodClaims(target.now))), key: target.secret });
}
