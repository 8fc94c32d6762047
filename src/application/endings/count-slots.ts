import type { EndSlot } from "../../domain/connection/ending.ts";
import type { EndingConnections } from "../ports/ending-connections.ts";
import { makeSemaphore } from "../push/semaphore.ts";

export type CountedSlot = { readonly slot: EndSlot; readonly count: number };

/** Few, since each count at once needs a socket of its own, and a new one costs more than the count. */
const COUNTS_AT_ONCE = 3;

/** Counts the connections of each slot. A count that fails changes nothing for the others. Never rejects. */
export async function countSlots(
  slots: readonly EndSlot[],
  { endings }: { readonly endings: EndingConnections },
): Promise<{ readonly slots: readonly CountedSlot[]; readonly fault?: { readonly thrown: unknown } }> {
  const semaphore = makeSemaphore(COUNTS_AT_ONCE);
  const count = (slot: EndSlot) => semaphore(async () => ({ slot, count: await endings.countIn(slot) }));
  const settled = await Promise.allSettled(slots.map(count));
  const counted = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const failed = settled.find((one) => one.status === "rejected");
  return { slots: counted, ...(failed !== undefined && { fault: { thrown: failed.reason } }) };
}
