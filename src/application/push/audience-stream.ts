import type { NamedRecipient, Recipient } from "../../domain/notification/notification.ts";
import type { Page } from "../ports/connection-store.ts";

export type ReadPage = (from?: string) => Promise<Page<Recipient>>;

/** An audience, one recipient at a time, for any number of takers at once. */
export type AudienceStream = {
  /** Undefined at the end, and when a page could not be read: `rest` tells the two apart. */
  next(): Promise<Recipient | undefined>;
  rest(): AudienceRest;
};

/** What was not taken: of the page in hand, and of the pages behind it, with what kept the next one from being read. */
type AudienceRest = {
  readonly untried: readonly NamedRecipient[];
  /** Named connections that are not in the audience, or no longer. */
  readonly absent?: readonly NamedRecipient[];
  readonly unread?: { readonly page?: string };
  readonly fault?: { readonly thrown: unknown };
};

/** Two pages are held at most: the one being taken from and the next, which is read meanwhile. */
export function streamAudience(read: ReadPage, from?: string): AudienceStream {
  let page: readonly Recipient[] = [];
  let taken = 0;
  let upcoming: Upcoming | undefined = readAhead(read, from);
  let turning: Promise<void> | undefined;
  let fault: AudienceRest["fault"];

  const turn = async (to: Upcoming) => {
    const turned = await to.read;
    if ("thrown" in turned) {
      fault = turned;
      return;
    }
    page = turned.items;
    taken = 0;
    upcoming = turned.next === undefined ? undefined : readAhead(read, turned.next);
    turning = undefined;
  };

  return {
    async next() {
      while (taken >= page.length && upcoming !== undefined && fault === undefined) {
        turning ??= turn(upcoming);
        await turning;
      }
      return page[taken++];
    },
    rest: () => ({
      untried: page.slice(taken),
      ...(upcoming !== undefined && { unread: upcoming.from === undefined ? {} : { page: upcoming.from } }),
      ...(fault !== undefined && { fault }),
    }),
  };
}

type Upcoming = {
  readonly from: string | undefined;
  /** Never rejects: a rejection that is not awaited would end the process. */
  readonly read: Promise<Page<Recipient> | { readonly thrown: unknown }>;
};

function readAhead(read: ReadPage, from: string | undefined): Upcoming {
  return { from, read: read(from).catch((thrown: unknown) => ({ thrown })) };
}
