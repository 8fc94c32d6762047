import { MalformedInputError } from "../../domain/errors.ts";
import type { Publication } from "../../domain/notification/notification.ts";
import { ownProperty, type PlainObject } from "../../domain/plain-object.ts";
import { parsePublication } from "./publication.ts";

/** What EventBridge puts around an event (user guide, Events). Extra members, such as `resources`, decide nothing. */
export type EventBridgeEnvelope = {
  readonly detailType: string;
  readonly detail: unknown;
  readonly publication: Publication;
};

/** Throws MalformedInputError. */
export function parseEnvelope(message: PlainObject): EventBridgeEnvelope {
  const detailType = ownProperty(message, "detail-type");
  // An archive's replay names itself, and nobody else can: the bus writes the envelope.
  const replay = Object.hasOwn(message, "replay-name");
  const publication = parsePublication(ownProperty(message, "id"), ownProperty(message, "time"), replay);
  if (typeof detailType !== "string" || publication === undefined) throw new MalformedInputError("MALFORMED_EVENT");
  return { detailType, detail: ownProperty(message, "detail"), publication };
}
