import type { EndedByReview } from "../../application/ports/subscription-reviews.ts";
import type { Connection } from "../../domain/connection/connection.ts";
import { parseSeq } from "../../domain/connection/seq.ts";
import { isPlainObject } from "../../domain/plain-object.ts";
import { parseEntityId } from "../../domain/subscription/subscription.ts";
import { collectedFrom } from "./connection-item.ts";
import { untoldKey } from "./table-keys.ts";

/** The note of what a client is to be told. It is written with the ends themselves, so that no end stays untold. */
export function toUntoldItem(
  { id, connectedAt }: Pick<Connection, "id" | "connectedAt">,
  { ended, seq, revision }: EndedByReview,
): Record<string, unknown> {
  const lists = { entityIds: ended.map(({ entityId }) => entityId), decisions: ended.map(({ decision }) => decision) };
  return { ...untoldKey(id), ...lists, revision, ttl: collectedFrom(connectedAt), ...(seq !== undefined && { seq }) };
}

export function fromUntoldItem(item: unknown): EndedByReview | undefined {
  if (!isPlainObject(item)) return undefined;
  const { entityIds, decisions, revision } = item;
  if (!Array.isArray(entityIds) || !Array.isArray(decisions) || typeof revision !== "number") return undefined;
  const seq = parseSeq(item["seq"]);
  const ended = entityIds.flatMap((text, index) => {
    const entityId = parseEntityId(text);
    return entityId === undefined ? [] : [{ entityId, decision: String(decisions[index]) }];
  });
  return { ended, revision, ...(seq !== undefined && { seq }) };
}
