import type { DelayedTask } from "../../../src/application/ports/ending-tasks.ts";
import type { EndingTask, UnendedReason } from "../../../src/domain/connection/ending-task.ts";
import { RecordingEndingTasks } from "../../fakes/recording-ending-tasks.ts";
import type { Mutant } from "../describe-mutants.ts";
import type { EndingTasksSubject } from "../ending-tasks.contract.ts";
import { downThrough, type Flaws } from "./down-through.ts";

class Hurrying extends RecordingEndingTasks {
  override defer(tasks: readonly DelayedTask[]): Promise<void> {
    return super.defer(tasks.map(({ task }) => ({ task, delaySeconds: 0 })));
  }
}

class OneBatch extends RecordingEndingTasks {
  override defer(tasks: readonly DelayedTask[]): Promise<void> {
    return super.defer(tasks.slice(0, 10));
  }
}

class FromTheBeginning extends RecordingEndingTasks {
  override defer(tasks: readonly DelayedTask[]): Promise<void> {
    return super.defer(tasks.map(({ task, ...rest }) => ({ ...rest, task: { ...task, attempt: 0, cut: 0 } })));
  }
}

class WithoutReasons extends RecordingEndingTasks {
  override defer(tasks: readonly DelayedTask[]): Promise<void> {
    return super.defer(
      tasks.map(({ task, ...rest }) => {
        if (task.order.kind === "expiry" || task.order.kind === "review") return { ...rest, task };
        const { reason: _, ...order } = task.order;
        return { ...rest, task: { ...task, order: order as EndingTask["order"] } };
      }),
    );
  }
}

class WithoutEvents extends RecordingEndingTasks {
  override async defer(tasks: readonly DelayedTask[]): Promise<void> {
    await super.defer(tasks.filter(({ task: { part } }) => part.kind === "slots" || part.kind === "named"));
  }
}

class AlwaysOne extends RecordingEndingTasks {
  override async defer(tasks: readonly DelayedTask[]): Promise<void> {
    const [, task] = [0, { order: { kind: "expiry" }, part: { kind: "named", ids: [] }, cut: 0, attempt: 0 } as const];
    await super.defer(tasks.length > 0 ? tasks : [{ task, delaySeconds: 0 }]);
  }
}

class CountingOn extends RecordingEndingTasks {
  override async giveUp(task: EndingTask, reason: UnendedReason): Promise<void> {
    this.dead.push({ task: { ...task, attempt: task.attempt + 1 }, reason });
  }
}

class Tidying extends RecordingEndingTasks {
  override addRawMessage(...[body, reason]: Parameters<RecordingEndingTasks["addRawMessage"]>): Promise<void> {
    return super.addRawMessage(body.trim(), reason);
  }
}

type MakeSubject = () => EndingTasksSubject;

function of(Tasks: new () => RecordingEndingTasks, flaws?: Flaws): MakeSubject {
  return () => {
    const tasks = new Tasks();
    let broken: RecordingEndingTasks | undefined;
    return {
      get tasks() {
        return broken ?? tasks;
      },
      deferred: () => tasks.deferred,
      dead: () => tasks.dead,
      unread: () => tasks.unread,
      breakDown: (outage) => {
        broken = downThrough(tasks, "ADMIN_QUEUE", flaws)(outage);
      },
    };
  };
}

export const endingTasksMutants: readonly Mutant<MakeSubject>[] = [
  ["defers without a delay", of(Hurrying), ["for the given time", "any number of tasks"]],
  ["sends one batch", of(OneBatch), ["any number of tasks"]],
  ["begins to count anew", of(FromTheBeginning), ["defers a slot", "defers a part of an issuer's"]],
  ["drops the reason", of(WithoutReasons), ["defers names", "defers an issuer"]],
  ["defers only connections", of(WithoutEvents), ["defers a disconnection", "defers a user's", "defers a token"]],
  ["defers a task of its own", of(AlwaysOne), ["nothing without tasks"]],
  ["keeps the attempt count", of(CountingOn), ["with its reason, to be moved back"]],
  ["rewrites an unreadable body", of(Tidying), ["byte for byte"]],
  ["throws what its client throws", of(RecordingEndingTasks, { raw: true }), ["fault:L1 fails"]],
  ["has no time limit", of(RecordingEndingTasks, { unlimited: true }), ["fault:L1 hangs"]],
];

export const rightEndingTasks: Readonly<Record<string, MakeSubject>> = { "the fake": of(RecordingEndingTasks) };
