import type { UserId } from "../../src/domain/identity/identity.ts";
import type { EpochMillis } from "../../src/domain/time.ts";
import { isRevokedBy } from "../../src/domain/token/revocation.ts";
import type { AdminEvent } from "./admin.ts";
import type { OracleInput } from "./oracle.ts";
import { factsOf, type ModelToken, OVERLAP_SECONDS } from "./tokens.ts";

/** `rejected`: for its claims. `failed`: without a verdict. */
export type Verification = "accepted" | "signature-invalid" | "rejected" | "failed";

/** A rotation is noticed within this time if a token of the new key comes. */
const REREAD_SECONDS = 5;

/** A process knows the keys of so long ago, and in an outage for longer. */
const FRESH_SECONDS = 300;
const STALE_SECONDS = 3600;

/** Checks a verdict about a signature against the rotations before it. The other issuer never rotates. */
export function checkVerified(
  { issuer, key }: ModelToken,
  verification: Verification,
  begunAt: EpochMillis,
  { keys, clock, violations, conditions }: OracleInput,
): void {
  if (issuer !== 0 || verification === "failed") return;
  const isSigned = verification !== "signature-invalid";
  const since = (created: number | undefined, moment: number) => (moment - (created ?? moment)) / 1000;
  const next = keys[key + 1];
  const knownFor = conditions.calm ? FRESH_SECONDS : STALE_SECONDS;
  const isNoticed = key === 0 || since(keys[key], begunAt) >= REREAD_SECONDS;
  const overlaps = next === undefined || since(next, clock.now()) < OVERLAP_SECONDS;
  if (isNoticed && overlaps && keys.length - key <= 2)
    violations.expect(isSigned, "inv:21", "a token of the current key, or of the one before it, was refused");
  const isRetired = next !== undefined && since(next, begunAt) >= OVERLAP_SECONDS;
  const isReplacedTwice = keys[key + 2] !== undefined && since(keys[key + 2], begunAt) >= knownFor;
  if (isRetired || isReplacedTwice) violations.expect(!isSigned, "inv:21", "a token of an old key was accepted");
}

type Holder = { readonly userId: UserId; readonly token: ModelToken };

/** The events that revoke a token, whenever they came. */
export function revocationsOf(
  { userId, token }: Holder,
  { adminEvents }: Pick<OracleInput, "adminEvents">,
): AdminEvent[] {
  const holder = { userId, token: factsOf(token) };
  return [...adminEvents.values()].filter(
    ({ order }) => order.kind === "revocation" && isRevokedBy(holder, order.revocation),
  );
}

/** The token was in the list of revocations before this moment. */
export function isSurelyRevoked(holder: Holder, moment: number, oracleInput: OracleInput): boolean {
  return revocationsOf(holder, oracleInput).some(({ listed }) => listed < moment);
}

/** An event that revokes the token came before this moment. */
export function mayBeRevoked(holder: Holder, moment: number, oracleInput: OracleInput): boolean {
  return revocationsOf(holder, oracleInput).some(({ begun }) => begun < moment);
}
