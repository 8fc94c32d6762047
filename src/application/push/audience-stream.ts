import type { NamedRecipient, Recipient } from "../../domain/notification/notification.ts";
import type { Page } from "../ports/connection-store.ts";

export type ReadPage = (from?: string) => Promise<Page<Recipient>>;

/** An audience, one recipient at a time, for any number of takers at once. */
export type AudienceStream = {
  /** Undefined at the end, and when a page could not be read: `remaining` tells the two apart. */
  next(): Promise<Recipient | undefined>;
  remaining(): RemainingAudience;
};

/** The rest of the current page, the cursor of the unread pages, and the error that stopped the reading, if any. */
type RemainingAudience = {
  readonly notAttempted: readonly NamedRecipient[];
  /** Named connections that are not in the audience, or not any more. */
  readonly absent?: readonly NamedRecipient[];
  readonly unread?: { readonly page?: string };
  readonly fault?: { readonly thrown: unknown };
};

/** Holds two pages at most: the current one, and the next one, which is read in advance. */
export function streamAudience(read: ReadPage, from?: string): AudienceStream {
  let page: readonly Recipient[] = [];
  let taken = 0;
  let nextPage: NextPage | undefined = readAhead(read, from);
  let advancing: Promise<void> | undefined;
  let fault: RemainingAudience["fault"];

  const advance = async (to: NextPage) => {
    const result = await to.read;
    if ("thrown" in result) {
      fault = result;
      return;
    }
    page = result.items;
    taken = 0;
    nextPage = result.next === undefined ? undefined : readAhead(read, result.next);
    advancing = undefined;
  };

  return {
    async next() {
      while (taken >= page.length && nextPage !== undefined && fault === undefined) {
        advancing ??= advance(nextPage);
        await advancing;
      }
      return page[taken++];
    },
    remaining: () => ({
      notAttempted: page.slice(taken),
      ...(nextPage !== undefined && { unread: nextPage.from === undefined ? {} : { page: nextPage.from } }),
      ...(fault !== undefined && { fault }),
    }),
  };
}

type NextPage = {
  readonly from: string | undefined;
  /** Never rejects: an unhandled rejection of a prefetched page would end the process. */
  readonly read: Promise<Page<Recipient> | { readonly thrown: unknown }>;
};

function readAhead(read: ReadPage, from: string | undefined): NextPage {
  return { from, read: read(from).catch((thrown: unknown) => ({ thrown })) };
}
