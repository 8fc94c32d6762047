import type { ConnectionId } from "../domain/connection/connection-id.ts";
import type { NamedRecipient, Recipient } from "../domain/notification/recipient.ts";
import { type AudienceStream, streamAudience } from "./audience-stream.ts";

/** Those of the named who are in a notification's audience, as the store has them now. */
export type FindNamed = (connectionIds: readonly ConnectionId[]) => Promise<readonly Recipient[]>;

/**
 * An audience that a message names. A message may come from somebody who could send it and was not to, and is old in any
 * case: of a recipient only the name is taken from it. What cannot be read is left as it was named.
 */
export function streamNamed(names: readonly NamedRecipient[], find: FindNamed): AudienceStream {
  let absent: readonly NamedRecipient[] = [];
  const stream = streamAudience(async () => {
    const items = await find(names.map(({ connectionId }) => connectionId));
    const found = new Set(items.map(({ connectionId }) => connectionId));
    absent = names.filter(({ connectionId }) => !found.has(connectionId));
    return { items };
  });
  return {
    next: stream.next,
    rest() {
      const { unread, ...rest } = stream.rest();
      return unread === undefined ? { ...rest, absent } : { ...rest, untried: names };
    },
  };
}
