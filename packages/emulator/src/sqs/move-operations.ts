import { randomUUID } from "node:crypto";
import { AwsError } from "../aws-json/aws-error.ts";
import type { Operation } from "../aws-json/aws-json-service.ts";
import { boundedInteger, optionalText, requiredText } from "../aws-json/members.ts";
import type { PlainObject } from "../json.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Queue } from "./queue.ts";
import type { Queues } from "./queues.ts";
import type { SenderCheck } from "./send-operations.ts";

/** A task in the form of ListMessageMoveTasks. */
type MoveTask = {
  readonly SourceArn: string;
  readonly DestinationArn?: string;
  readonly Status: "COMPLETED" | "FAILED";
  readonly FailureReason?: string;
  readonly ApproximateNumberOfMessagesMoved: number;
  readonly ApproximateNumberOfMessagesToMove: number;
  readonly StartedTimestamp: number;
};

/** Redrive of dead letters (API reference, StartMessageMoveTask). A task ends before the call returns. */
export function moveOperations(deps: {
  readonly queues: Queues;
  readonly scheduler: Scheduler;
  readonly checkSender: SenderCheck;
}): readonly (readonly [string, Operation])[] {
  const { queues } = deps;
  const tasks: MoveTask[] = [];
  return [
    [
      "StartMessageMoveTask",
      (input, caller) => {
        const source = queueOf(queues, requiredText(input, "SourceArn"), "SourceArn");
        const isDeadLetterQueue = queues.all.some(
          ({ settings }) => settings.deadLetters?.queue === source.settings.name,
        );
        if (!isDeadLetterQueue) throw invalid("Source queue must be configured as a Dead Letter Queue.");
        // A task sends with the caller's permissions.
        for (const queue of destinationsOf(source, input, queues)) deps.checkSender(queue, caller);
        tasks.unshift({ ...move(source, input, queues), StartedTimestamp: deps.scheduler.now() });
        return { TaskHandle: randomUUID() };
      },
    ],
    [
      "ListMessageMoveTasks",
      (input) => {
        const { arn } = queueOf(queues, requiredText(input, "SourceArn"), "SourceArn");
        const reason = "Must be between 1 and 10, if provided.";
        const most = boundedInteger(input, "MaxResults", { min: 1, max: 10, fallback: 1, reason });
        return { Results: tasks.filter(({ SourceArn }) => SourceArn === arn).slice(0, most) };
      },
    ],
  ];
}

function destinationsOf(source: Queue, input: PlainObject, queues: Queues): readonly Queue[] {
  const destination = optionalText(input, "DestinationArn");
  if (destination !== undefined) return [queueOf(queues, destination, "DestinationArn")];
  return queues.all.filter(({ settings }) => settings.deadLetters?.queue === source.settings.name);
}

function move(source: Queue, input: PlainObject, queues: Queues): Omit<MoveTask, "StartedTimestamp"> {
  const DestinationArn = optionalText(input, "DestinationArn");
  const destination = DestinationArn === undefined ? undefined : queueOf(queues, DestinationArn, "DestinationArn");
  const ApproximateNumberOfMessagesToMove = source.counts().visible;
  // A dead letter that came from no queue, but from a rule, cannot go back.
  const { moved, failure } = source.moveTo(
    ({ deadLetterSourceArn }) => destination ?? queues.all.find(({ arn }) => arn === deadLetterSourceArn),
  );
  return {
    SourceArn: source.arn,
    ...(DestinationArn !== undefined && { DestinationArn }),
    Status: failure === undefined ? "COMPLETED" : "FAILED",
    ...(failure !== undefined && { FailureReason: failure }),
    ApproximateNumberOfMessagesMoved: moved,
    ApproximateNumberOfMessagesToMove,
  };
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
