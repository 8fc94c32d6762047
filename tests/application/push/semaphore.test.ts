import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeSemaphore } from "../../../src/application/push/semaphore.ts";

describe("a semaphore", () => {
  it("never exceeds its permits, and leaves none idle while a task waits, in any interleaving", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.boolean(), { maxLength: 12 }),
        async (scheduler, count, tasks) => {
          const semaphore = makeSemaphore(count);
          let running = 0;
          let most = 0;
          const ended = tasks.map((throws) =>
            semaphore(async () => {
              running += 1;
              most = Math.max(most, running);
              await scheduler.schedule(Promise.resolve());
              running -= 1;
              if (throws) throw new Error("task failed");
            }),
          );
          const settled = await scheduler.waitFor(Promise.allSettled(ended));
          const statuses = settled.map(({ status }) => status === "rejected");
          expect(statuses).toEqual(tasks);
          expect(most).toBe(Math.min(count, tasks.length));
        },
      ),
    );
  });

  it("frees a permit before its task ends if the task releases it, and only once", async () => {
    const semaphore = makeSemaphore(1);
    const order: string[] = [];
    let end = () => {};
    const slow = semaphore(async (release) => {
      release();
      release();
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      order.push("slow");
    });
    const second = semaphore(async () => {
      order.push("second");
      end();
      await slow;
    });
    await Promise.all([second, semaphore(async () => void order.push("third"))]);
    expect(order).toEqual(["second", "slow", "third"]);
  });

  it("serves in the order of asking", async () => {
    const semaphore = makeSemaphore(1);
    const order: number[] = [];
    await Promise.all([1, 2, 3].map((task) => semaphore(async () => void order.push(task))));
    expect(order).toEqual([1, 2, 3]);
  });
});
