import type { AdmissionVerdict } from "../../../application/access/check-admission.ts";
import type { LogFields } from "../../../application/ports/logger.ts";
import type { PresentedToken } from "../../../domain/token/verdict.ts";

/** What the log says of a verified token. Its issuer is known to be one of ours. */
export function tokenFields({
  issuer,
  tokenId,
  expiresAt,
}: Pick<PresentedToken, "issuer" | "tokenId"> & Partial<PresentedToken>): LogFields {
  return {
    issuer,
    ...(tokenId !== undefined && { tokenId }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

/** What the log says of a verdict. Claims that no signature vouches for are never logged. */
export function verdictFields(verdict: AdmissionVerdict): LogFields {
  const { kind: outcome } = verdict;
  if (verdict.kind === "rejected") {
    return { outcome, reason: verdict.reason, ...(verdict.verified && tokenFields(verdict.verified)) };
  }
  const reason = verdict.kind === "refused" ? { reason: verdict.reason } : {};
  return { outcome, ...reason, userId: verdict.identity.userId, ...tokenFields(verdict.token) };
}
