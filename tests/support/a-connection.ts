import { randomUUID } from "node:crypto";
import { issuerId } from "../../src/adapters/issuer-id.ts";
import { type Connection, type ConnectionId, parseConnectionId } from "../../src/domain/connection/connection.ts";
import { parseUserId, type UserId } from "../../src/domain/identity/identity.ts";
import type { EpochMillis, EpochSeconds } from "../../src/domain/time.ts";
import { parseTokenId, type TokenFacts, type TokenId } from "../../src/domain/token/token-facts.ts";

/** The time at which the test file was loaded. A store with its own clock would find a fixed date past one day. */
export const NOW = Math.floor(Date.now() / 1000) as EpochSeconds;

/** An id in the gateway's form that was never used before. */
export function aConnectionId(): ConnectionId {
  return parseConnectionId(`${randomUUID().replaceAll("-", "").slice(0, 15)}=`) as ConnectionId;
}

export function aUserId(): UserId {
  return parseUserId(`user-${randomUUID()}`) as UserId;
}

/** The facts of a token that was issued at `NOW` and ends in two hours. */
export function tokenFacts(facts: Partial<TokenFacts> = {}): TokenFacts {
  return {
    issuer: issuerId("portcullis"),
    expiresAt: (NOW + 7200) as EpochSeconds,
    issuedAt: NOW,
    tokenId: parseTokenId(randomUUID()) as TokenId,
    ...facts,
  };
}

/** A connection opened at `NOW` for as long as a connection lasts, by a user who has no other. */
export function aConnection({
  userId = aUserId(),
  ...rest
}: Partial<Connection> & { userId?: UserId } = {}): Connection {
  return {
    id: aConnectionId(),
    identity: { userId, firstName: "Ann", lastName: "Lee", sub: "auth0|17" },
    sourceIp: "203.0.113.7",
    userAgent: "wscat/6",
    connectedAt: (NOW * 1000 + 5) as EpochMillis,
    token: tokenFacts({ expiresAt: rest.expiresAt ?? ((NOW + 7200) as EpochSeconds) }),
    expiresAt: (NOW + 7080) as EpochSeconds,
    ...rest,
  };
}
