import { randomUUID } from "node:crypto";
import { isExactNumber } from "../exact-number.ts";
import { isPlainObject, type PlainObject, parseJson } from "../json.ts";

export type BusEvent = {
  readonly detailType: string;
  readonly source: string;
  readonly time: number;
  readonly resources: readonly string[];
  readonly detail: EventDetail;
};

/** Characters that SQS refuses and JSON allows unescaped. AWS does not document how it treats such an event. */
const NOT_FOR_SQS = /[\ufffe\uffff]|\p{Surrogate}/gu;

/**
 * The envelope of an event (EventBridge user guide, "Event structure reference"). The time has whole seconds, because
 * EventBridge cuts the rest off.
 */
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
 * The envelope with its detail as the publisher wrote it: parsing and writing it again would change long numbers and
 * repeated members. Characters that SQS refuses are escaped, which keeps the JSON value.
 */
export function eventBody(envelope: PlainObject, { text }: EventDetail): string {
  const body = `${JSON.stringify(envelope).slice(0, -1)},"detail":${text}}`;
  return body.replace(NOT_FOR_SQS, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}

/** `text` is for targets, `value` for patterns. In `value` a number that no double holds is NaN, which matches no number. */
export type EventDetail = { readonly text: string; readonly value: PlainObject };

/** PutEvents' own limit. */
const MAX_NESTING = 1000;

/** Parses a detail. Undefined if the text is not a JSON object, or is nested too deep. */
export function parseEventDetail(text: string): EventDetail | undefined {
  const value = parseJson(text, MAYBE_INEXACT.test(text) ? exactNumbers : undefined)?.value;
  return isPlainObject(value) && isNestedWithin(value, MAX_NESTING) ? { text, value } : undefined;
}

/** Every number of at most 15 digits and without an exponent is exact. A reviver takes most of the time of parsing. */
const MAYBE_INEXACT = /[\d.]{16}|\d[eE]/;

function exactNumbers(_name: string, value: unknown, { source = "" }: { readonly source?: string }): unknown {
  return typeof value === "number" && !isExactNumber(source) ? Number.NaN : value;
}

function isNestedWithin(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((member) => isNestedWithin(member, levels - 1));
}
