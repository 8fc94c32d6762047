import { expect } from "vitest";
import type { Page } from "../../src/application/ports/connection-store.ts";
import { inBatches } from "../support/in-batches.ts";
import { readAll } from "../support/read-all.ts";

/** More members than a page may have. */
const ENOUGH = 1_050;
const STEP = 50;

/** Adds members until they take more than one page; the size of a page depends on the store. */
export async function growUntilPaged<Member, Item>(
  add: () => Promise<Member>,
  readPage: (from?: string) => Promise<Page<Item>>,
  eventually: (holds: () => Promise<void>) => Promise<void>,
  itemsOfMember = 1,
): Promise<{ readonly members: readonly Member[]; readonly first: Page<Item>; readonly next: string }> {
  const members: Member[] = [];
  do members.push(...(await inBatches(Array.from({ length: STEP }), add)));
  while (members.length < ENOUGH && (await readPage()).next === undefined);
  await eventually(async () => expect(await readAll(readPage)).toHaveLength(members.length * itemsOfMember));
  const first = await readPage();
  if (first.next === undefined) throw new Error(`${members.length} members are on one page`);
  return { members, first, next: first.next };
}
