import { expect } from "vitest";
import type { DeadLetters } from "../../src/application/ports/delivery-queue.ts";
import type { DelayedTask, EndingTasks } from "../../src/application/ports/ending-tasks.ts";
import type { EndingTask } from "../../src/domain/connection/ending-task.ts";
import { ENDING_TASKS } from "../support/ending-tasks.ts";
import { describeOutages, type Outage } from "./outages.ts";
import { type Suite, VITEST } from "./suite.ts";

type Port = EndingTasks & Pick<DeadLetters, "addRawMessage">;

export type EndingTasksSubject = {
  readonly tasks: Port;
  readonly deferred: () => readonly DelayedTask[];
  readonly dead: () => readonly { readonly task: EndingTask; readonly reason: string }[];
  readonly unread: () => readonly { readonly body: string; readonly reason: string }[];
  readonly breakDown: (outage: Outage) => void;
};

const [[, FIRST]] = ENDING_TASKS as [(typeof ENDING_TASKS)[number]];

/** Every sentence of the port's comment, and that of a message that cannot be parsed. */
export function describeEndingTasks(makeSubject: () => EndingTasksSubject, suite: Suite = VITEST): void {
  const { it } = suite;

  it.each(ENDING_TASKS)("defers %s unchanged, for the given time", async (_what, task) => {
    const subject = makeSubject();
    await subject.tasks.defer([{ task, delaySeconds: 132 }]);
    expect(subject.deferred()).toEqual([{ task, delaySeconds: 132 }]);
  });

  it("defers any number of tasks, each for its time up to 900 s", async () => {
    const subject = makeSubject();
    const tasks = Array.from({ length: 23 }, (_, index) => ({
      task: { ...FIRST, cut: index },
      delaySeconds: index === 22 ? 900 : index,
    }));
    await subject.tasks.defer(tasks);
    const byCut = [...subject.deferred()].sort((one, other) => one.task.cut - other.task.cut);
    expect(byCut).toEqual(tasks);
  });

  it("defers nothing without tasks", async () => {
    const subject = makeSubject();
    await subject.tasks.defer([]);
    expect(subject.deferred()).toEqual([]);
  });

  it.each(ENDING_TASKS)("gives up %s with its reason, to be moved back with all its attempts", async (_what, task) => {
    const subject = makeSubject();
    await subject.tasks.giveUp(task, "ATTEMPTS_EXHAUSTED");
    expect(subject.dead()).toEqual([{ task: { ...task, attempt: 0 }, reason: "ATTEMPTS_EXHAUSTED" }]);
  });

  it("dead-letters an unreadable body byte for byte", async () => {
    const subject = makeSubject();
    const body = '{"detail":"<é€\u{1f600}>", "x":  1}\n';
    await subject.tasks.addRawMessage(body, "MALFORMED_DETAIL");
    expect(subject.unread()).toEqual([{ body, reason: "MALFORMED_DETAIL" }]);
  });

  describeOutages<Port>(
    suite,
    (outage) => {
      const subject = makeSubject();
      subject.breakDown(outage);
      return subject.tasks;
    },
    "ADMIN_QUEUE",
    {
      defer: (tasks) => tasks.defer([{ task: FIRST, delaySeconds: 0 }]),
      giveUp: (tasks) => tasks.giveUp(FIRST, "ATTEMPTS_EXHAUSTED"),
      unreadable: (tasks) => tasks.addRawMessage("x", "MALFORMED_EVENT"),
    },
  );
}
