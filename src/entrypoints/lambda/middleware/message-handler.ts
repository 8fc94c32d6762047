import { errorFrame, type MessageReference, malformedMemberFrame } from "@portcullis/protocol";
import { invocationFields } from "../../../adapters/api-gateway/invocation-fields.ts";
import { FAILED, frameResponse, type RouteResponse } from "../../../adapters/api-gateway/route-responses.ts";
import { parseMessageEvent } from "../../../adapters/api-gateway/websocket-events.ts";
import type { Logger } from "../../../application/ports/logger.ts";
import { MalformedInputError } from "../../../domain/errors.ts";
import type { PlainObject } from "../../../domain/plain-object.ts";
import type { InvocationLog } from "./invocation-log.ts";
import { lambdaHandler } from "./lambda-handler.ts";

/** The facts about a message that a route needs beside its frame. */
type Message = { readonly event: unknown; readonly reference: MessageReference; readonly log: InvocationLog };

export type MessageRoute<Frame> = {
  readonly name: string;
  readonly logger: Logger;
  /** Parses by the frame's schema. Throws MalformedInputError. */
  readonly parse: (frame: PlainObject) => Frame;
  readonly act: (frame: Frame, message: Message) => Promise<RouteResponse>;
};

/**
 * A route for clients' messages: one frame with the message's `id` responds to each, and the connection stays usable.
 */
export function messageHandler<Frame>({ name, logger, parse, act }: MessageRoute<Frame>) {
  return lambdaHandler({
    name,
    logger,
    logFieldsOf: invocationFields,
    handle: async (event, log) => {
      const { reference, frame } = parseMessageEvent(event);
      const parsed = parseOrMember(frame, parse);
      if (parsed.kind === "frame") return act(parsed.frame, { event, reference, log });
      log.add({ outcome: "refused", reason: "BAD_REQUEST" });
      return badRequest(reference, parsed.member);
    },
    onFault: (_error, event) => responseToFault(event),
  });
}

function badRequest(reference: MessageReference, member: string | undefined): RouteResponse {
  return frameResponse(
    member === undefined ? errorFrame("BAD_REQUEST", reference) : malformedMemberFrame(member, reference),
  );
}

type ParsedFrame<Frame> =
  | { readonly kind: "frame"; readonly frame: Frame }
  /** The member that breaks the schema, if there is one. */
  | { readonly kind: "malformed"; readonly member: string | undefined };

function parseOrMember<Frame>(frame: PlainObject | undefined, parse: MessageRoute<Frame>["parse"]): ParsedFrame<Frame> {
  if (frame === undefined) return { kind: "malformed", member: undefined };
  try {
    return { kind: "frame", frame: parse(frame) };
  } catch (thrown) {
    if (thrown instanceof MalformedInputError) return { kind: "malformed", member: thrown.member };
    throw thrown;
  }
}

/** An event that is no message gets no frame: on `$connect` a status of 200 would let the caller in. */
function responseToFault(event: unknown): RouteResponse {
  try {
    return frameResponse(errorFrame("INTERNAL", parseMessageEvent(event).reference));
  } catch {
    return FAILED;
  }
}
