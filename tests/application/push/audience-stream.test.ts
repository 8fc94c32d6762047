import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Page } from "../../../src/application/ports/connection-store.ts";
import { streamAudience } from "../../../src/application/push/audience-stream.ts";
import type { Recipient } from "../../../src/domain/notification/notification.ts";
import { recipients } from "../../support/notifications.ts";

/** Pages of these sizes, with the index as cursor. */
function pagesOf(sizes: readonly number[]): readonly Page<Recipient>[] {
  const everybody = recipients(sizes.reduce((sum, size) => sum + size, 0));
  return sizes.map((size, index) => ({
    items: everybody.splice(0, size),
    ...(index + 1 < sizes.length && { next: String(index + 1) }),
  }));
}

function reader(pages: readonly Page<Recipient>[], log: number[] = []) {
  return async (from?: string): Promise<Page<Recipient>> => {
    const index = Number(from ?? 0);
    log.push(index);
    return pages[index] ?? { items: [] };
  };
}

const everyone = (pages: readonly Page<Recipient>[]) => pages.flatMap(({ items }) => items);

describe("the audience stream", () => {
  it("yields each recipient once and in order, over pages of any size, empty ones too", async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 8 }), fc.scheduler(), async (pageSizes, takers, scheduler) => {
        const pages = pagesOf(pageSizes);
        const stream = streamAudience(scheduler.scheduleFunction(reader(pages)));
        const taken: Recipient[] = [];
        const take = async () => {
          for (let next = await stream.next(); next !== undefined; next = await stream.next()) taken.push(next);
        };
        await scheduler.waitFor(Promise.all(Array.from({ length: takers }, take)));
        expect(taken).toEqual(everyone(pages));
        expect(stream.remaining()).toEqual({ notAttempted: [] });
      }),
    );
  });

  it("reads one page ahead and no further", async () => {
    const read: number[] = [];
    const stream = streamAudience(reader(pagesOf([2, 2, 2, 2]), read));
    await stream.next();
    expect(read).toEqual([0, 1]);
  });

  it("reads each page once for any number of waiting callers", async () => {
    const read: number[] = [];
    const stream = streamAudience(reader(pagesOf([1, 1, 1]), read));
    await Promise.all(Array.from({ length: 6 }, () => stream.next()));
    expect(read).toEqual([0, 1, 2]);
  });

  it("returns the rest of the current page and the cursor of the next one", async () => {
    const pages = pagesOf([3, 3]);
    const stream = streamAudience(reader(pages));
    await stream.next();
    const rest = stream.remaining();
    expect(rest).toEqual({ notAttempted: pages[0]?.items.slice(1), unread: { page: "1" } });
  });

  it("reads nothing before it is asked", () => {
    const stream = streamAudience(reader(pagesOf([3])), "7");
    expect(stream.remaining()).toEqual({ notAttempted: [], unread: { page: "7" } });
  });

  it("ends for every caller at a page that cannot be read, and returns its cursor", async () => {
    const fault = new Error("store down");
    const pages = pagesOf([1, 1]);
    const stream = streamAudience(async (from) => {
      if (from === "1") throw fault;
      return reader(pages)(from);
    });
    const taken = await Promise.all([stream.next(), stream.next(), stream.next()]);
    const again = await stream.next();
    expect(taken.filter((next) => next !== undefined)).toEqual(pages[0]?.items);
    expect(again).toBeUndefined();
    expect(stream.remaining()).toEqual({ notAttempted: [], unread: { page: "1" }, fault: { thrown: fault } });
  });
});
