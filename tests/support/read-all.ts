import type { Page } from "../../src/application/ports/connection-store.ts";

/** More pages than any test fills. */
const MAX_PAGES = 2_000;

/** All pages in one list. */
export async function readAll<T>(readPage: (from?: string) => Promise<Page<T>>): Promise<readonly T[]> {
  const all: T[] = [];
  let from: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page: Page<T> = await readPage(from);
    all.push(...page.items);
    from = page.next;
    if (from === undefined) return all;
  }
  throw new Error("The pages have no end");
}
