import { AwsError } from "../aws-json/aws-error.ts";
import type { Operation } from "../aws-json/aws-json-service.ts";
import { boundedInteger, optionalText, requiredText } from "../aws-json/members.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Message } from "./message.ts";
import { type MoveTask, startMoveTask } from "./move-task.ts";
import type { Queue } from "./queue.ts";
import type { Queues } from "./queues.ts";
import type { SenderCheck } from "./send-operations.ts";

const RATE = { min: 1, max: 500, reason: "Must be between 1 and 500, if provided." };
const RESULTS = { min: 1, max: 10, reason: "Must be between 1 and 10, if provided." };

/** Redrive of dead letters. */
export function moveOperations(deps: {
  readonly queues: Queues;
  readonly scheduler: Scheduler;
  readonly checkSender: SenderCheck;
  /** Ends the tasks that run. */
  readonly stopped: AbortSignal;
}): readonly (readonly [string, Operation])[] {
  const { queues } = deps;
  let tasks: readonly MoveTask[] = [];
  return [
    [
      "StartMessageMoveTask",
      (input, caller) => {
        const source = queueOf(queues, requiredText(input, "SourceArn"), "SourceArn");
        const origins = queues.all.filter(({ settings }) => settings.deadLetters?.queue === source.settings.name);
        if (origins.length === 0) throw invalid("Source queue must be configured as a Dead Letter Queue.");
        const perSecond = boundedInteger(input, "MaxNumberOfMessagesPerSecond", { ...RATE, fallback: undefined });
        const arn = optionalText(input, "DestinationArn");
        const destination = arn === undefined ? undefined : queueOf(queues, arn, "DestinationArn");
        // A task sends with the caller's permissions.
        for (const queue of destination === undefined ? origins : [destination]) deps.checkSender(queue, caller);
        if (tasks.some((task) => task.isRunning && task.source === source)) {
          throw unsupported(
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
          );
        }
        // A dead letter that came from no queue, but from a rule, cannot go back.
        const placeOf = ({ deadLetterSourceArn }: Message) =>
          destination ?? queues.all.find((queue) => queue.arn === deadLetterSourceArn);
        const task = startMoveTask(source, { destination, placeOf, perSecond }, deps);
        // A list shows at most ten tasks of a source: older ones are dropped. Only the newest one runs.
        const own = tasks.filter((one) => one.source === source).slice(0, RESULTS.max - 1);
        tasks = [task, ...own, ...tasks.filter((one) => one.source !== source)];
        return { TaskHandle: task.handle };
      },
    ],
    [
      "CancelMessageMoveTask",
      (input) => {
        const handle = requiredText(input, "TaskHandle");
        const task = tasks.find((one) => one.handle === handle);
        if (task === undefined)
          throw new AwsError("ResourceNotFoundException", "Task does not exist.", { status: 404 });
        if (!task.isRunning) throw unsupported("Only active tasks can be cancelled.");
        task.cancel();
        return { ApproximateNumberOfMessagesMoved: task.moved };
      },
    ],
    [
      "ListMessageMoveTasks",
      (input) => {
        const source = queueOf(queues, requiredText(input, "SourceArn"), "SourceArn");
        const most = boundedInteger(input, "MaxResults", { ...RESULTS, fallback: 1 });
        const listed = tasks.filter((task) => task.source === source).slice(0, most);
        return { Results: listed.map((task) => task.describe()) };
      },
    ],
  ];
}

function queueOf(queues: Queues, arn: string, parameter: string): Queue {
  const queue = queues.all.find((one) => one.arn === arn);
  if (queue !== undefined) return queue;
  const message = `The resource that you specified for the ${parameter} parameter doesn't exist.`;
  throw new AwsError("ResourceNotFoundException", message, { status: 404 });
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValue", message, { queryCode: "InvalidParameterValueException" });
}

function unsupported(message: string): AwsError {
  return new AwsError("UnsupportedOperation", message, { queryCode: "AWS.SimpleQueueService.UnsupportedOperation" });
}
