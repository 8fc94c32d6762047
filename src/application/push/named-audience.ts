import type { ConnectionId } from "../../domain/connection/connection.ts";
import type { NamedRecipient, Recipient } from "../../domain/notification/notification.ts";
import { type AudienceStream, streamAudience } from "./audience-stream.ts";

/** Finds the named connections that are in a notification's audience now, by the store. */
export type FindNamed = (connectionIds: readonly ConnectionId[]) => Promise<readonly Recipient[]>;

/**
 * An audience that a message names. The message may be forged, and it is old: only the names of recipients are taken
 * from it. If the store cannot be read, the named recipients count as not attempted.
 */
export function streamNamed(recipients: readonly NamedRecipient[], find: FindNamed): AudienceStream {
  let absent: readonly NamedRecipient[] = [];
  const stream = streamAudience(async () => {
    const items = await find(recipients.map(({ connectionId }) => connectionId));
    const found = new Set(items.map(({ connectionId }) => connectionId));
    absent = recipients.filter(({ connectionId }) => !found.has(connectionId));
    return { items };
  });
  return {
    next: stream.next,
    remaining() {
      const { unread, ...remaining } = stream.remaining();
      return unread === undefined ? { ...remaining, absent } : { ...remaining, notAttempted: recipients };
    },
  };
}
