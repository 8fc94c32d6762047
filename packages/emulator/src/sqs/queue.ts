import { randomUUID } from "node:crypto";
import { AwsError } from "../aws-json/aws-error.ts";
import type { Faults } from "../faults/faults.ts";
import type { Observe } from "../observer.ts";
import type { Scheduler } from "../scheduler.ts";
import { Arrivals } from "./arrivals.ts";
import { HiddenMessages } from "./hidden-messages.ts";
import {
  checkBody,
  type Message,
  makeReceiptHandle,
  messageBytes,
  messageIdOf,
  type OutgoingMessage,
} from "./message.ts";
import type { QueueMemory } from "./queue-memory.ts";
import type { QueueSettings } from "./queue-settings.ts";

export type Receipt = {
  readonly max: number;
  readonly visibilityTimeoutSeconds?: number | undefined;
  readonly maxBytes?: number;
};

/** The limit of one queue, so that it leaves room for the others. */
const MAX_BYTES = 256 * 1024 * 1024;

/** A standard queue. It keeps the order until a message fails; SQS does not promise any order. */
export class Queue {
  readonly settings: QueueSettings;
  readonly arn: string;
  readonly #scheduler: Scheduler;
  readonly #observe: Observe;
  readonly #faults: Faults;
  readonly #deadLetterQueue: () => Queue | undefined;
  readonly #memory: QueueMemory;
  readonly #visible = new Map<string, Message>();
  readonly #hidden: HiddenMessages;
  readonly #arrivals: Arrivals;
  #bytes = 0;

  constructor(
    settings: QueueSettings,
    deps: {
      readonly arn: string;
      readonly scheduler: Scheduler;
      readonly observe: Observe;
      readonly faults: Faults;
      readonly deadLetterQueue: () => Queue | undefined;
      readonly memory: QueueMemory;
    },
  ) {
    this.settings = settings;
    this.arn = deps.arn;
    this.#scheduler = deps.scheduler;
    this.#observe = deps.observe;
    this.#faults = deps.faults;
    this.#deadLetterQueue = deps.deadLetterQueue;
    this.#memory = deps.memory;
    this.#arrivals = new Arrivals(deps.scheduler);
    this.#hidden = new HiddenMessages(deps.scheduler, (due) => this.#show(due));
  }

  send(outgoing: OutgoingMessage): Message {
    const { body, attributes = new Map(), traceHeader, delaySeconds = this.settings.delaySeconds } = outgoing;
    const now = this.#scheduler.now();
    const bytes = messageBytes(body, attributes);
    checkBody(body, bytes, this.settings.maximumMessageBytes);
    if (this.#bytes + bytes > MAX_BYTES || !this.#memory.hasRoomFor(bytes)) {
      throw new AwsError("RequestThrottled", "The local queue holds as much as it can.");
    }
    const message: Message = {
      id: randomUUID(),
      body,
      attributes,
      traceHeader,
      bytes,
      sentAt: now,
      visibleAt:
        now + delaySeconds * 1000 + (this.#faults.strikes("message-late", this.settings.name)?.settings["by"] ?? 0),
      receiveCount: 0,
      receivesHere: 0,
    };
    this.#observe({ kind: "message-sent", ...this.#named(message), bytes, body: () => body });
    this.#take(message);
    return message;
  }

  /**
   * Receives up to `max` messages of `maxBytes` in total. A message that was received too often becomes a dead letter.
   */
  receive({ max, maxBytes = Number.POSITIVE_INFINITY, visibilityTimeoutSeconds }: Receipt): Message[] {
    const received: Message[] = [];
    let bytes = 0;
    for (const message of this.#inOrder()) {
      if (received.length === max || bytes + message.bytes > maxBytes) break;
      if (this.#hasExpired(message)) this.#delete(message, "expired");
      else if (!this.#becomesDeadLetter(message)) {
        bytes += message.bytes;
        received.push(message);
      }
    }
    for (const message of received)
      this.#hand(message, visibilityTimeoutSeconds ?? this.settings.visibilityTimeoutSeconds);
    return received;
  }

  /** Deletes a message. Idempotent. A handle from before the latest receive deletes nothing. */
  delete(receiptHandle: string): void {
    const message = this.#find(receiptHandle);
    if (message?.receiptHandle !== receiptHandle) return;
    if (this.#isDuplicated(message)) this.#giveBack(message);
    else this.#delete(message, "deleted");
  }

  changeVisibility(receiptHandle: string, seconds: number): void {
    const message = this.#find(receiptHandle);
    if (message === undefined || message.receiptHandle !== receiptHandle || !this.#hidden.has(message.id)) {
      throw new AwsError("MessageNotInflight", "The message is not in flight.", {
        queryCode: "AWS.SimpleQueueService.MessageNotInflight",
      });
    }
    this.#hidden.remove(message.id);
    message.visibleAt = this.#scheduler.now() + seconds * 1000;
    this.#place(message);
  }

  recordFailure(receiptHandle: string, reason: string): void {
    const message = this.#find(receiptHandle);
    if (message === undefined) return;
    message.lastFailure = reason;
    this.#observe({ kind: "message-failed", ...this.#named(message), reason });
  }

  /** Resolves when a message may be visible, when the time is over, or when the caller aborts. */
  arrival(millis: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || millis <= 0 || this.#visible.size > 0) return Promise.resolve();
    return this.#arrivals.wait(millis, signal);
  }

  purge(): void {
    for (const message of this.messages()) this.#delete(message, "purged");
  }

  /** Moves visible messages to other queues. Stops at a message without a destination, or with a full one. */
  moveTo(
    placeOf: (message: Message) => Queue | undefined,
    most: number,
  ): { readonly moved: number; readonly failure?: string } {
    this.#dropExpired();
    let moved = 0;
    for (const message of [...this.#visible.values()].slice(0, most)) {
      const place = placeOf(message);
      if (place === undefined) return { moved, failure: "CouldNotDetermineMessageSource" };
      try {
        const { body, attributes, traceHeader } = message;
        place.send({ body, attributes, ...(traceHeader !== undefined && { traceHeader }) });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        return { moved, failure: error.queryCode };
      }
      this.#delete(message, "deleted");
      moved += 1;
    }
    return { moved };
  }

  counts(): { readonly visible: number; readonly inFlight: number; readonly delayed: number } {
    const inFlight = this.#hidden.inFlight;
    return { visible: this.#visible.size, inFlight, delayed: this.#hidden.size - inFlight };
  }

  messages(): readonly Message[] {
    return [...this.#visible.values(), ...this.#hidden.values()];
  }

  /** Cancels all timers. The queue can still be read. */
  close(): void {
    this.#hidden.close();
    this.#arrivals.announce();
  }

  #take(message: Message): void {
    this.#bytes += message.bytes;
    this.#memory.take(message.bytes);
    this.#dropExpired();
    this.#place(message);
  }

  #place(message: Message): void {
    if (message.visibleAt > this.#scheduler.now()) this.#hidden.add(message);
    else this.#show([message]);
  }

  #show(messages: readonly Message[]): void {
    for (const message of messages) {
      this.#visible.set(message.id, message);
      const { receiptHandle, receiveCount } = message;
      // A message that was only delayed has no handle: it was not received yet.
      if (receiptHandle !== undefined)
        this.#observe({ kind: "message-returned", ...this.#named(message), receiveCount });
    }
    this.#arrivals.announce();
  }

  #hand(message: Message, visibilityTimeoutSeconds: number): void {
    this.#visible.delete(message.id);
    message.receiveCount += 1;
    message.receivesHere += 1;
    message.firstReceivedAt ??= this.#scheduler.now();
    message.receiptHandle = makeReceiptHandle(message.id, message.receiveCount);
    message.visibleAt = this.#scheduler.now() + visibilityTimeoutSeconds * 1000;
    this.#observe({ kind: "message-received", ...this.#named(message), receiveCount: message.receiveCount });
    this.#place(message);
  }

  #delete(message: Message, why: "deleted" | "expired" | "purged"): void {
    this.#drop(message);
    this.#observe({ kind: "message-deleted", ...this.#named(message), why });
  }

  #drop(message: Message): void {
    this.#visible.delete(message.id);
    this.#hidden.remove(message.id);
    this.#bytes -= message.bytes;
    this.#memory.release(message.bytes);
  }

  #named({ id }: Message): { readonly queue: string; readonly messageId: string } {
    return { queue: this.settings.name, messageId: id };
  }

  #becomesDeadLetter(message: Message): boolean {
    const target = this.#deadLetterQueue();
    const receives = this.settings.deadLetters?.maxReceiveCount ?? Number.POSITIVE_INFINITY;
    if (target === undefined || message.receivesHere < receives || target.#bytes + message.bytes > MAX_BYTES)
      return false;
    this.#drop(message);
    const { receiveCount } = message;
    const deadLetterQueue = target.settings.name;
    this.#observe({ kind: "message-dead-lettered", ...this.#named(message), deadLetterQueue, receiveCount });
    const fresh = { receiptHandle: undefined, receivesHere: 0, visibleAt: this.#scheduler.now() };
    target.#take({ ...message, ...fresh, deadLetterSourceArn: this.arn });
    return true;
  }

  /** The visible messages: in the order of their arrival, or in any order if a fault says so. */
  #inOrder(): Iterable<Message> {
    const fault = this.#visible.size > 1 && this.#faults.strikes("messages-reordered", this.settings.name);
    return fault ? this.#faults.shuffled([...this.#visible.values()]) : this.#visible.values();
  }

  /**
   * True if a fault keeps a message that was deleted. SQS says that a copy may come once more after a delete, if a
   * server that stores it was away (developer guide, "At-least-once delivery").
   */
  #isDuplicated(message: Message): boolean {
    if (message.isDuplicate || this.#faults.strikes("message-duplicated", this.settings.name) === undefined)
      return false;
    message.isDuplicate = true;
    return true;
  }

  #giveBack(message: Message): void {
    this.#hidden.remove(message.id);
    message.visibleAt = this.#scheduler.now();
    // The server that was away has not seen the receive: the copy must not be a dead letter instead of coming once more.
    message.receivesHere -= 1;
    this.#show([message]);
  }

  #find(receiptHandle: string): Message | undefined {
    const id = messageIdOf(receiptHandle);
    return this.#visible.get(id) ?? this.#hidden.get(id);
  }

  #hasExpired({ sentAt }: Message): boolean {
    return this.#scheduler.now() - sentAt >= this.settings.retentionSeconds * 1000;
  }

  #dropExpired(): void {
    for (const message of this.#visible.values()) {
      if (!this.#hasExpired(message)) return;
      this.#delete(message, "expired");
    }
  }
}
