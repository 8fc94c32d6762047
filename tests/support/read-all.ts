import type { Page } from "../../src/application/ports/connection-store.ts";

/** All pages in one list. */
export async function readAll<T>(readPage: (from?: string) => Promise<Page<T>>): Promise<readonly T[]> {
  const all: T[] = [];
  let from: string | undefined;
  do {
    const page: Page<T> = await readPage(from);
    all.push(...page.items);
    from = page.next;
  } while (from !== undefined);
  return all;
}
