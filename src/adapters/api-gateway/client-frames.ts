import {
  authenticateFrameSchema,
  type ObjectSchema,
  resumeFrameSchema,
  subscribeFrameSchema,
  subscribeManyFrameSchema,
  unsubscribeFrameSchema,
  unsubscribeManyFrameSchema,
  validate,
} from "@portcullis/protocol/schemas";
import { parseSeq, type Seq } from "../../domain/connection/seq.ts";
import { MalformedInputError } from "../../domain/errors.ts";
import type { PlainObject } from "../../domain/plain-object.ts";
import { type EntityId, parseEntityId } from "../../domain/subscription/subscription.ts";
import type { UnverifiedToken } from "../../domain/token/credentials.ts";

/** The entities of a frame, the frame's own id, and its place in the client's order. */
export type EntitiesFrame = {
  /** `one`: the frame has `entityId`, and the response too. `many`: the response has one result for each name. */
  readonly form: "one" | "many";
  /** As the client spelled them. */
  readonly names: readonly string[];
  /** In the same order; undefined for a name that is malformed. */
  readonly entityIds: readonly (EntityId | undefined)[];
  readonly id?: string;
  readonly seq?: Seq;
};

/** A `resume` frame. Its `id` is always there. */
export type ParsedResume = EntitiesFrame & { readonly id: string; readonly client?: string };

/** The token of an authenticate frame, the frame's own id, and its place in the client's order. */
export type AuthenticateRequest = { readonly token: UnverifiedToken; readonly id: string; readonly seq?: Seq };

/** Throws MalformedInputError. */
export function parseSubscribeFrame(frame: PlainObject): EntitiesFrame {
  return Object.hasOwn(frame, "entityIds")
    ? manyEntities(parseFrame(subscribeManyFrameSchema, frame))
    : oneEntity(parseFrame(subscribeFrameSchema, frame));
}

/** Throws MalformedInputError. */
export function parseUnsubscribeFrame(frame: PlainObject): EntitiesFrame {
  return Object.hasOwn(frame, "entityIds")
    ? manyEntities(parseFrame(unsubscribeManyFrameSchema, frame))
    : oneEntity(parseFrame(unsubscribeFrameSchema, frame));
}

/** Throws MalformedInputError. */
export function parseResumeFrame(frame: PlainObject): ParsedResume {
  const { id, client, ...members } = parseFrame(resumeFrameSchema, frame);
  return { ...manyEntities(members), id, ...(client !== undefined && { client }) };
}

/** Throws MalformedInputError. */
export function parseAuthenticateFrame(frame: PlainObject): AuthenticateRequest {
  const { token, id, seq } = parseFrame(authenticateFrameSchema, frame);
  return { token: token as UnverifiedToken, id, ...parsedSeq(seq) };
}

type Ordered = { readonly id?: string; readonly seq?: number };

function oneEntity({ entityId: name, ...ordered }: Ordered & { readonly entityId: string }): EntitiesFrame {
  const entityId = parseEntityId(name);
  if (entityId === undefined) throw malformed("entityId");
  return { form: "one", names: [name], entityIds: [entityId], ...orderOf(ordered) };
}

function manyEntities({
  entityIds: names,
  ...ordered
}: Ordered & { readonly entityIds: readonly string[] }): EntitiesFrame {
  return { form: "many", names, entityIds: names.map(parseEntityId), ...orderOf(ordered) };
}

function orderOf({ id, seq }: Ordered): Pick<EntitiesFrame, "id" | "seq"> {
  return { ...(id !== undefined && { id }), ...parsedSeq(seq) };
}

function parsedSeq(value: number | undefined): { readonly seq?: Seq } {
  const seq = parseSeq(value);
  return seq === undefined ? {} : { seq };
}

function parseFrame<S extends ObjectSchema>(schema: S, frame: PlainObject) {
  const validation = validate(schema, frame);
  if (validation.kind === "malformed") throw malformed(validation.member);
  return validation.value;
}

function malformed(member: string | undefined): MalformedInputError {
  return new MalformedInputError("MALFORMED_FRAME", { ...(member !== undefined && { member }) });
}
