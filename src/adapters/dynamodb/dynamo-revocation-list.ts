import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { DependencyUnavailableError } from "../../application/errors.ts";
import type { RevocationList } from "../../application/ports/revocation-list.ts";
import { type EpochSeconds, parseEpochSeconds } from "../../domain/time.ts";
import type { Revocation, TokenHolder } from "../../domain/token/revocation.ts";
import { getInBatches } from "./batches.ts";
import { callTable, type DynamoTable } from "./dynamo-table.ts";
import { type ItemKey, issuerRevocationKey, tokenRevocationKey, userRevocationKey } from "./table-keys.ts";

/** The moments of a revocation's item. A single token's has no `issuedBefore`. */
type Moments = { readonly issuedBefore?: number; readonly ttl: number };

/** A key that a token's holder leads to, and the revocation in an item under that key. */
type Place = { readonly key: ItemKey; readonly read: (item: Item) => Revocation | undefined };

type Item = Readonly<Record<string, unknown>>;

/** Stores each revocation as one item. TTL removes it. */
export class DynamoRevocationList implements RevocationList {
  readonly #table: DynamoTable;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  async add(revocation: Revocation, keepUntil: EpochSeconds): Promise<void> {
    const issuedBefore = "issuedBefore" in revocation ? { issuedBefore: revocation.issuedBefore } : {};
    // DynamoDB's TTL process ignores fractions of a second.
    let moments: Moments = { ...issuedBefore, ttl: Math.ceil(keepUntil) };
    await callTable(this.#table, "REVOCATION_LIST", async ({ abortSignal }) => {
      for (;;) {
        try {
          await this.#table.documents.send(this.#raise(keyOf(revocation), moments), { abortSignal });
          return;
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
          const found = momentsIn(unmarshall(error.Item ?? {}));
          const later = laterOf(moments, found);
          if (later.issuedBefore === found.issuedBefore && later.ttl === found.ttl) return;
          moments = later;
        }
      }
    });
  }

  async concerning(holder: TokenHolder): Promise<readonly Revocation[]> {
    const places = placesOf(holder);
    const keys = places.map(({ key }) => key);
    const items = await getInBatches(this.#table, "REVOCATION_LIST", keys);
    return items.map((item) => {
      const revocation = places.find(({ key }) => key.pk === item["pk"])?.read(item);
      // Fails closed: a revocation that cannot be read may end this very token.
      if (revocation === undefined) throw new DependencyUnavailableError("REVOCATION_LIST");
      return revocation;
    });
  }

  /** Both moments only rise, whatever comes late or twice. */
  #raise(Key: ItemKey, { issuedBefore, ttl }: Moments): UpdateCommand {
    const isDated = issuedBefore !== undefined;
    return new UpdateCommand({
      TableName: this.#table.name,
      Key,
      UpdateExpression: isDated ? "SET issuedBefore = :issuedBefore, #ttl = :ttl" : "SET #ttl = :ttl",
      ConditionExpression: `attribute_not_exists(pk) OR ${isDated ? "issuedBefore <= :issuedBefore AND " : ""}#ttl <= :ttl`,
      ExpressionAttributeNames: { "#ttl": "ttl" },
      ExpressionAttributeValues: { ":ttl": ttl, ...(isDated && { ":issuedBefore": issuedBefore }) },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
  }
}

function keyOf(revocation: Revocation): ItemKey {
  switch (revocation.kind) {
    case "user":
      return userRevocationKey(revocation.userId);
    case "token":
      return tokenRevocationKey(revocation.userId, revocation.tokenId);
    case "issuer":
      return issuerRevocationKey(revocation.issuer);
  }
}

function placesOf({ userId, token: { issuer, tokenId } }: TokenHolder): readonly Place[] {
  const dated = (key: ItemKey, revocation: (issuedBefore: EpochSeconds) => Revocation): Place => ({
    key,
    read: (item) => {
      const issuedBefore = parseEpochSeconds(item["issuedBefore"]);
      return issuedBefore && revocation(issuedBefore);
    },
  });
  return [
    dated(userRevocationKey(userId), (issuedBefore) => ({ kind: "user", userId, issuedBefore })),
    dated(issuerRevocationKey(issuer), (issuedBefore) => ({ kind: "issuer", issuer, issuedBefore })),
    ...(tokenId === undefined
      ? []
      : [{ key: tokenRevocationKey(userId, tokenId), read: () => ({ kind: "token", userId, tokenId }) as const }]),
  ];
}

function momentsIn({ issuedBefore, ttl }: Item): Moments {
  return { ...(issuedBefore !== undefined && { issuedBefore: Number(issuedBefore) }), ttl: Number(ttl) };
}

function laterOf(one: Moments, other: Moments): Moments {
  const ttl = Math.max(one.ttl, other.ttl);
  if (one.issuedBefore === undefined) return { ttl };
  return { issuedBefore: Math.max(one.issuedBefore, other.issuedBefore ?? 0), ttl };
}
