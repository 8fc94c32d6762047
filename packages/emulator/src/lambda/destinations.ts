import type { EventBus } from "../eventbridge/event-bus.ts";
import type { Scheduler } from "../scheduler.ts";
import type { MessageAttributes } from "../sqs/message.ts";
import type { Queue } from "../sqs/queue.ts";
import type { Queues } from "../sqs/queues.ts";
import type { AsynchronousSettings, Destination, SendOutcome } from "./asynchronous-invocations.ts";
import type { Functions } from "./functions.ts";
import { type AsynchronousOutcome, invocationRecord } from "./invocation-record.ts";
import { jsonText } from "./json-copy.ts";

/** Lambda cuts the message of a dead letter. */
const MAX_ERROR_MESSAGE_BYTES = 1024;

/** Sends outcomes to destinations and dead-letter queues. Throws on a queue or function that does not exist. */
export function makeSendOutcome(deps: {
  readonly settings: readonly AsynchronousSettings[];
  readonly queues: Queues;
  readonly functions: Pick<Functions, "has">;
  readonly eventBus: EventBus;
  readonly invokeAsynchronously: (functionName: string, event: unknown) => void;
  /** True if the queue's policy lets the functions send. */
  readonly maySend: (queueArn: string) => boolean;
  readonly scheduler: Scheduler;
}): SendOutcome {
  const { queues, functions, scheduler } = deps;
  for (const { functionName, onSuccess, onFailure, deadLetterQueue } of deps.settings) {
    for (const destination of [onSuccess, onFailure]) checkDestination(functionName, destination, deps);
    if (deadLetterQueue !== undefined) checkDestination(functionName, { kind: "queue", name: deadLetterQueue }, deps);
    if (!functions.has(functionName)) throw new Error(`EventInvokeConfig: no function is named ${functionName}`);
  }

  function send({ kind, name }: Destination, outcome: AsynchronousOutcome): boolean {
    const record = invocationRecord(outcome, scheduler.now());
    if (kind === "queue") return trySend(queues.find(name), JSON.stringify(record), new Map());
    if (kind === "function") deps.invokeAsynchronously(name, record);
    else publish(name, record, outcome);
    return true;
  }

  function publish(bus: string, record: object, { condition, functionArn }: AsynchronousOutcome): void {
    const busArn = `arn:aws:events:${queues.region}:${queues.accountId}:event-bus/${bus}`;
    const event = {
      detailType: `Lambda Function Invocation Result - ${condition === "Success" ? "Success" : "Failure"}`,
      source: "lambda",
      time: scheduler.now(),
      resources: [busArn, `${functionArn}:$LATEST`],
      detail: { text: JSON.stringify(record), value: { ...record } },
    };
    deps.eventBus.publish(event, bus);
  }

  function trySend(queue: Queue | undefined, body: string, attributes: MessageAttributes): boolean {
    try {
      if (queue === undefined || !deps.maySend(queue.arn)) return false;
      queue.send({ body, attributes });
      return true;
    } catch {
      // Too large, or the queue is full: Lambda drops the record too.
      return false;
    }
  }

  return ({ onSuccess, onFailure, deadLetterQueue }, outcome) => {
    const destination = outcome.condition === "Success" ? onSuccess : onFailure;
    const taken = destination !== undefined && send(destination, outcome) ? [destination.name] : [];
    if (outcome.condition === "Success" || deadLetterQueue === undefined) return taken;
    const body = jsonText(outcome.event);
    const isKept = trySend(queues.find(deadLetterQueue), body, deadLetterAttributes(outcome));
    return isKept ? [...taken, deadLetterQueue] : taken;
  };
}

function checkDestination(
  functionName: string,
  destination: Destination | undefined,
  { queues, functions }: { readonly queues: Queues; readonly functions: Pick<Functions, "has"> },
): void {
  if (destination?.kind === "queue" && queues.find(destination.name) === undefined) {
    throw new Error(`Function ${functionName}: no queue is named ${destination.name}`);
  }
  if (destination?.kind === "function" && !functions.has(destination.name)) {
    throw new Error(`Function ${functionName}: no function is named ${destination.name}`);
  }
}

/** Developer guide, "Adding a dead-letter queue": the request's id, a status, and the first KB of the error. */
function deadLetterAttributes({ requestId, response }: AsynchronousOutcome): MessageAttributes {
  const message = response?.kind === "failed" ? response.error.errorMessage : "Rate Exceeded.";
  // With `stream`, a character that the cut divides is left out.
  const cut = new TextDecoder().decode(Buffer.from(message).subarray(0, MAX_ERROR_MESSAGE_BYTES), { stream: true });
  return new Map([
    ["RequestID", { dataType: "String", stringValue: requestId }],
    ["ErrorCode", { dataType: "Number", stringValue: response === undefined ? "429" : "200" }],
    // SQS takes no empty attribute, and Lambda's text for such an error is not published.
    ["ErrorMessage", { dataType: "String", stringValue: cut === "" ? "Unknown" : cut }],
  ]);
}
