import { ADMIN_DETAIL_TYPES } from "@portcullis/protocol";
import {
  disconnectUserDetailSchema,
  grantAccessDetailSchema,
  revokeTokensDetailSchema,
  withdrawAccessDetailSchema,
} from "@portcullis/protocol/schemas";
import { parseConnectionId } from "../../domain/connection/connection.ts";
import type { AdminOrder } from "../../domain/connection/ending-order.ts";
import { MalformedInputError } from "../../domain/errors.ts";
import { parseEntityPattern } from "../../domain/grants/grant.ts";
import { parseUserId } from "../../domain/identity/identity.ts";
import { type EpochSeconds, parseEpochSeconds, toEpochSeconds } from "../../domain/time.ts";
import type { Revocation } from "../../domain/token/revocation.ts";
import { parseTokenId } from "../../domain/token/token-facts.ts";
import { issuerId } from "../issuer-id.ts";
import type { EventBridgeEnvelope } from "./eventbridge-envelope.ts";
import { malformedDetail, validDetail } from "./valid-detail.ts";

/** A later time is a mistake, which would refuse tokens that do not exist yet. Clocks differ by less. */
const MAX_AHEAD_SECONDS = 60;

/** Parses an event of an administrator. Throws MalformedInputError. */
export function parseAdminEvent({ detailType, detail, metadata }: EventBridgeEnvelope): AdminOrder {
  const event = { eventId: metadata.id, orderedAt: toEpochSeconds(metadata.publishedAt) };
  switch (detailType) {
    case ADMIN_DETAIL_TYPES.REVOKE_TOKENS: {
      const { reason, ...members } = validDetail(revokeTokensDetailSchema, detail);
      const revocation = parseRevocation(members, event.orderedAt);
      return { kind: "revocation", ...event, revocation, ...(reason !== undefined && { reason }) };
    }
    case ADMIN_DETAIL_TYPES.DISCONNECT_USER: {
      const {
        userId,
        exceptConnectionId: except,
        reconnect = false,
        reason,
      } = validDetail(disconnectUserDetailSchema, detail);
      return {
        kind: "disconnection",
        ...event,
        userId: sure(parseUserId(userId)),
        ...(except !== undefined && { exceptConnectionId: sure(parseConnectionId(except)) }),
        reconnect,
        ...(reason !== undefined && { reason }),
      };
    }
    case ADMIN_DETAIL_TYPES.GRANT_ACCESS: {
      const { expiresAt, reason, ...members } = validDetail(grantAccessDetailSchema, detail);
      const until = expiresAt === undefined ? {} : { until: sure(parseEpochSeconds(expiresAt)) };
      const change = { kind: "grant", ...parseAccess(members), at: event.orderedAt, ...until } as const;
      return { kind: "access", ...event, change, ...(reason !== undefined && { reason }) };
    }
    case ADMIN_DETAIL_TYPES.WITHDRAW_ACCESS: {
      const { reason, ...members } = validDetail(withdrawAccessDetailSchema, detail);
      const change = { kind: "withdrawal", ...parseAccess(members), at: event.orderedAt } as const;
      return { kind: "access", ...event, change, ...(reason !== undefined && { reason }) };
    }
    default:
      throw new MalformedInputError("MALFORMED_EVENT");
  }
}

/** Both events are about subscriptions: other verbs are reserved. */
function parseAccess({ userId, pattern }: { readonly userId: string; readonly pattern: string }) {
  return { userId: sure(parseUserId(userId)), verb: "subscribe", pattern: sure(parseEntityPattern(pattern)) } as const;
}

type Revoked = {
  readonly userId?: string | undefined;
  readonly jti?: string | undefined;
  readonly issuer?: string | undefined;
  readonly issuedBefore?: number | undefined;
};

/** Exactly one of user and issuer; one token only of a user, and without a time. */
function parseRevocation({ userId, jti, issuer, issuedBefore }: Revoked, orderedAt: EpochSeconds): Revocation {
  if (issuer !== undefined && userId === undefined && jti === undefined) {
    return { kind: "issuer", issuer: issuerId(issuer), issuedBefore: momentOf(issuedBefore, orderedAt) };
  }
  if (userId === undefined || issuer !== undefined) throw malformedDetail();
  const user = sure(parseUserId(userId));
  if (jti === undefined) return { kind: "user", userId: user, issuedBefore: momentOf(issuedBefore, orderedAt) };
  if (issuedBefore !== undefined) throw malformedDetail();
  return { kind: "token", userId: user, tokenId: sure(parseTokenId(jti)) };
}

function momentOf(issuedBefore: number | undefined, orderedAt: EpochSeconds): EpochSeconds {
  if (issuedBefore === undefined) return orderedAt;
  const moment = sure(parseEpochSeconds(issuedBefore));
  if (moment > orderedAt + MAX_AHEAD_SECONDS) throw malformedDetail();
  return moment;
}

function sure<T>(parsed: T | undefined): T {
  if (parsed === undefined) throw malformedDetail();
  return parsed;
}
