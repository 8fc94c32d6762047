import type { ConnectionVerdict } from "../../../application/access/authorize-connection.ts";
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
export function verdictFields(verdict: ConnectionVerdict): LogFields {
  switch (verdict.kind) {
    case "accepted":
      return { outcome: verdict.kind, userId: verdict.identity.userId, ...tokenFields(verdict.token) };
    case "refused":
      return {
        outcome: verdict.kind,
        reason: verdict.reason,
        userId: verdict.identity.userId,
        ...tokenFields(verdict.token),
      };
    case "rejected":
      return { outcome: verdict.kind, reason: verdict.reason, ...(verdict.verified && tokenFields(verdict.verified)) };
  }
}
