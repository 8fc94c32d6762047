import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeSlots } from "../../../src/application/push/slots.ts";

describe("slots", () => {
  it("never exceed their number, and are never idle while a task waits, in any interleaving", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.boolean(), { maxLength: 12 }),
        async (scheduler, count, tasks) => {
          const slots = makeSlots(count);
          let running = 0;
          let most = 0;
          const ended = tasks.map((throws) =>
            slots(async () => {
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

  it("are free before their task ends if the task releases them, and only once", async () => {
    const slots = makeSlots(1);
    const order: string[] = [];
    let end = () => {};
    const slow = slots(async (freeSlot) => {
      freeSlot();
      freeSlot();
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      order.push("slow");
    });
    const second = slots(async () => {
      order.push("second");
      end();
      await slow;
    });
    await Promise.all([second, slots(async () => void order.push("third"))]);
    expect(order).toEqual(["second", "slow", "third"]);
  });

  it("serve in the order of asking", async () => {
    const slots = makeSlots(1);
    const order: number[] = [];
    await Promise.all([1, 2, 3].map((task) => slots(async () => void order.push(task))));
    expect(order).toEqual([1, 2, 3]);
  });
});
