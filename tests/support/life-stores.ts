import { grantsId } from "../../src/adapters/grants-id.ts";
import type { AdministeredAccess } from "../../src/application/ports/administered-access.ts";
import type { ConnectionRenewals, Renewal } from "../../src/application/ports/connection-renewals.ts";
import type { EndingConnections } from "../../src/application/ports/ending-connections.ts";
import type { SubscriptionReviews } from "../../src/application/ports/subscription-reviews.ts";
import type { Connection } from "../../src/domain/connection/connection.ts";
import type { Grants } from "../../src/domain/grants/grant.ts";
import { addSeconds, type EpochSeconds } from "../../src/domain/time.ts";
import type { TokenFacts } from "../../src/domain/token/token-facts.ts";
import { aConnection, NOW, tokenFacts } from "./a-connection.ts";
import type { Stores } from "./store-scenario.ts";

/** Every store of one table that a connection's end concerns. */
export type LifeStores = Stores & {
  readonly renewals: ConnectionRenewals;
  readonly endings: EndingConnections;
  readonly reviews: SubscriptionReviews;
  readonly administered: AdministeredAccess;
};

/** The end of the token with which a connection of these tests is opened. */
export const OLD_END = addSeconds(NOW, 600);
export const NEW_END = addSeconds(NOW, 1200);

/** A connection whose token ends long before the connection has to. */
export async function openedUntil({ connections }: Stores, end: EpochSeconds = OLD_END): Promise<Connection> {
  const connection = aConnection({ expiresAt: end });
  await connections.open(connection, []);
  return connection;
}

/** A newer token for a connection. */
export function renewalOf(
  { id, identity, connectedAt }: Connection,
  facts: Partial<TokenFacts> = {},
  grants: Grants = [],
): Renewal {
  const granted = grantsId(grants);
  const token = { ...tokenFacts({ expiresAt: NEW_END, ...facts }), ...(granted && { grants: granted }) };
  return { connectionId: id, userId: identity.userId, connectedAt, token, grants };
}

/** The connection with a renewal's token. */
export function renewed(connection: Connection, { token }: Renewal): Connection {
  return { ...connection, token, expiresAt: token.expiresAt };
}
