import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { DependencyUnavailableError } from "../../application/errors.ts";
import type { AdministeredAccess } from "../../application/ports/administered-access.ts";
import {
  type AccessChange,
  type AccessEntry,
  type AccessList,
  alteredBy,
  forgottenFrom,
} from "../../domain/grants/access-list.ts";
import { parseGrant } from "../../domain/grants/grant.ts";
import type { UserId } from "../../domain/identity/identity.ts";
import { type EpochSeconds, parseEpochSeconds } from "../../domain/time.ts";
import { type CallOptions, callTable, type DynamoTable } from "./dynamo-table.ts";
import { partitionItems } from "./partition-items.ts";
import { accessKey, accessPartition } from "./table-keys.ts";

/** An entry, and the version of its item. */
type Found = { readonly entry: AccessEntry; readonly version: number };

type Item = Readonly<Record<string, unknown>>;

/** Stores each entry as one item. All of a user's stand in one partition, so that one query reads them. */
export class DynamoAdministeredAccess implements AdministeredAccess {
  readonly #table: DynamoTable;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  async record(change: AccessChange): Promise<void> {
    await callTable(this.#table, "ACCESS_LIST", async (options) => {
      let left: AccessList;
      do {
        const found = await this.#read(change.userId, options);
        left = alteredBy(
          change,
          found.map(({ entry }) => entry),
        );
        const written = await Promise.all(left.map((entry) => this.#write(change.userId, entry, found, options)));
        // Another change came between: what it left is looked at again.
        if (written.every(Boolean)) return;
      } while (left.length > 0);
    });
  }

  async entriesOf(userId: UserId): Promise<AccessList> {
    const found = await callTable(this.#table, "ACCESS_LIST", (options) => this.#read(userId, options));
    return found.map(({ entry }) => entry);
  }

  async #read(userId: UserId, options: CallOptions): Promise<readonly Found[]> {
    const items = await partitionItems(this.#table, ":user", accessPartition(userId), (request) => request(options));
    return items.map(fromItem);
  }

  /** False if the item has changed since it was read. */
  async #write(userId: UserId, entry: AccessEntry, found: readonly Found[], options: CallOptions): Promise<boolean> {
    const before = found.find((one) => one.entry.verb === entry.verb && one.entry.pattern === entry.pattern);
    const put = new PutCommand({
      TableName: this.#table.name,
      Item: toItem(userId, entry, (before?.version ?? 0) + 1),
      ConditionExpression: before === undefined ? "attribute_not_exists(pk)" : "version = :version",
      ...(before && { ExpressionAttributeValues: { ":version": before.version } }),
    });
    try {
      await this.#table.documents.send(put, options);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}

function toItem(userId: UserId, entry: AccessEntry, version: number): Record<string, unknown> {
  const { granted, withdrawnAt } = entry;
  const ttl = forgottenFrom(entry);
  return {
    ...accessKey(userId, entry),
    ...(granted !== undefined && { grantedAt: granted.at }),
    ...(granted?.until !== undefined && { grantedUntil: granted.until }),
    ...(withdrawnAt !== undefined && { withdrawnAt }),
    ...(ttl !== undefined && { ttl }),
    version,
  };
}

/** Fails closed: an entry that cannot be read may be a withdrawal, and a grant may have an end. */
function fromItem(item: Item): Found {
  const grant = parseGrant(item["sk"]);
  const version = item["version"];
  const [at, until, withdrawnAt] = ["grantedAt", "grantedUntil", "withdrawnAt"].map((name) => momentIn(item, name));
  if (grant === undefined || typeof version !== "number") throw new DependencyUnavailableError("ACCESS_LIST");
  const granted = at && { at, ...(until !== undefined && { until }) };
  return { entry: { ...grant, ...(granted && { granted }), ...(withdrawnAt && { withdrawnAt }) }, version };
}

function momentIn(item: Item, name: string): EpochSeconds | undefined {
  const moment = parseEpochSeconds(item[name]);
  if (moment === undefined && item[name] !== undefined) throw new DependencyUnavailableError("ACCESS_LIST");
  return moment;
}
