import type { EntityCode, EntityResult } from "@portcullis/protocol";
import type { EntitiesFrame } from "../../../adapters/api-gateway/client-frames.ts";
import type { LogFields } from "../../../application/ports/logger.ts";
import { denialTexts } from "../../../application/subscriptions/denial-texts.ts";
import type { SubscribedEntity, SubscribeOutcome } from "../../../application/subscriptions/subscribe.ts";

type Answered = Extract<SubscribeOutcome, { kind: "answered" }>;

/** The code of what was not done about one entity; undefined for what was done. */
export const ENTITY_CODES = {
  subscribed: undefined,
  unsubscribed: undefined,
  denied: "FORBIDDEN",
  "limit-reached": "LIMIT",
  malformed: "BAD_REQUEST",
  stale: "STALE",
  failed: "INTERNAL",
} as const satisfies Readonly<Record<SubscribedEntity | "unsubscribed", EntityCode | undefined>>;

/** One result for each name of the request, in its order. */
export function entityResults(
  { names }: EntitiesFrame,
  results: readonly (keyof typeof ENTITY_CODES)[],
  decision?: string,
): readonly EntityResult[] {
  return names.map((entityId, index) => {
    const code = ENTITY_CODES[results[index] ?? "failed"];
    return {
      entityId,
      ...(code !== undefined && { code }),
      ...(code === "FORBIDDEN" && decision !== undefined && { decision }),
    };
  });
}

/** What the log says of the decisions: what was asked, the rule that decided, and the grant that came closest. */
export function decisionFields({ decision, denials }: Answered): LogFields {
  return decision === undefined ? {} : { decision, denials: denialTexts(denials) };
}
