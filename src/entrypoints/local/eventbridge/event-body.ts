import { randomUUID } from "node:crypto";
import type { PlainObject } from "../../../domain/own-property.ts";
import type { EventDetail } from "./event-detail.ts";

export type BusEvent = {
  readonly detailType: string;
  readonly source: string;
  readonly time: number;
  readonly resources: readonly string[];
  readonly detail: EventDetail;
};

/** What SQS refuses in a body and JSON may hold unescaped: AWS does not say what becomes of such an event. */
const NOT_FOR_SQS = /[\ufffe\uffff]|\p{Surrogate}/gu;

/** EventBridge user guide, "Event structure reference". Seconds, since EventBridge cuts the rest off. */
export function toEnvelope(event: BusEvent, account: { readonly accountId: string; readonly region: string }) {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": event.detailType,
    source: event.source,
    account: account.accountId,
    time: new Date(event.time).toISOString().replace(/\.\d+Z$/, "Z"),
    region: account.region,
    resources: event.resources,
  };
}

/**
 * The envelope with its detail as the publisher wrote it: parsed and written out again, long numbers and repeated members
 * would be others. What no queue takes is escaped, which in JSON is the same text.
 */
export function eventBody(envelope: PlainObject, { text }: EventDetail): string {
  const body = `${JSON.stringify(envelope).slice(0, -1)},"detail":${text}}`;
  return body.replace(NOT_FOR_SQS, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}
