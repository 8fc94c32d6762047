import type { Page } from "../../src/application/ports/connection-store.ts";
import type { Timer } from "../../src/application/ports/system.ts";
import { makeFanOut } from "../../src/application/push/fan-out.ts";
import type { FindAgain } from "../../src/application/push/send-to-recipient.ts";
import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import type { Delivery } from "../../src/domain/notification/delivery.ts";
import type { Recipient } from "../../src/domain/notification/notification.ts";
import type { EpochMillis } from "../../src/domain/time.ts";
import { FixedClock } from "../fakes/fixed-clock.ts";
import { RecordingDeliveryQueue } from "../fakes/recording-delivery-queue.ts";
import { RecordingLogger } from "../fakes/recording-logger.ts";
import { ScriptedChannel } from "../fakes/scripted-channel.ts";
import { STANDING_TIMER } from "../fakes/standing-timer.ts";
import { entityUpdate, freshDelivery, NOON } from "./notifications.ts";
import { sentBy } from "./prepared-push.ts";

const INVOCATION_MILLIS = 20_000;

export type PortCall = "post" | "defer" | "pause" | "read" | "look-up" | "forget";
export type Around = <T>(call: () => Promise<T>, what: PortCall) => Promise<T>;

/** A fan-out over fakes: an audience in pages, a scripted channel, and a clock that a test moves. */
export class FanOutWorld {
  readonly clock = new FixedClock(NOON);
  readonly channel = new ScriptedChannel();
  readonly queue = new RecordingDeliveryQueue();
  readonly logger = new RecordingLogger();
  readonly forgotten: ConnectionId[] = [];
  readonly pauses: number[] = [];
  readonly pagesRead: (string | undefined)[] = [];
  readonly audience: readonly Recipient[];
  readonly pageSize: number;
  readonly lookedUp: ConnectionId[] = [];
  /** By default no recipient was renewed. */
  findAgain: FindAgain = async () => undefined;
  forget = async (connectionId: ConnectionId): Promise<void> => {
    this.forgotten.push(connectionId);
  };
  pause = async (ceilingMillis: number): Promise<void> => {
    this.pauses.push(ceilingMillis);
  };
  timer: Timer = STANDING_TIMER;
  /** Wraps every call of a port, so that a test can reorder calls, break them off or end the process. */
  around: Around = (call) => call();
  readonly #concurrency: number;
  #fanOut;

  constructor(audience: readonly Recipient[], options: { pageSize?: number; concurrency?: number } = {}) {
    this.audience = audience;
    this.pageSize = options.pageSize ?? 10;
    this.#concurrency = options.concurrency ?? 4;
    this.#fanOut = this.#makeFanOut();
  }

  /** A new process, as after a crash: all that the old one held in memory is lost. */
  restart(): void {
    this.#fanOut = this.#makeFanOut();
  }

  #makeFanOut() {
    return makeFanOut({
      channel: {
        prepare: (notification) =>
          sentBy(this.channel.prepare(notification), (send) => (to) => this.around(() => send(to), "post")),
      },
      queue: {
        defer: (delivery, seconds) => this.around(() => this.queue.defer(delivery, seconds), "defer"),
      },
      deadLetters: {
        addDelivery: (delivery, reason) => this.around(() => this.queue.addDelivery(delivery, reason), "defer"),
        addRawMessage: (body, reason) => this.queue.addRawMessage(body, reason),
      },
      clock: this.clock,
      backoff: { pause: (ceilingMillis) => this.around(() => this.pause(ceilingMillis), "pause") },
      timer: { after: (millis, task) => this.timer.after(millis, task) },
      logger: this.logger,
      concurrency: this.#concurrency,
    });
  }

  /** A page's cursor is the index of its first member. */
  read = async (from?: string): Promise<Page<Recipient>> => {
    this.pagesRead.push(from);
    const start = Number(from ?? 0);
    const end = start + this.pageSize;
    return { items: this.audience.slice(start, end), ...(end < this.audience.length && { next: String(end) }) };
  };

  find = async (ids: readonly ConnectionId[]): Promise<readonly Recipient[]> => {
    const named = new Set(ids);
    return this.audience.filter(({ connectionId }) => named.has(connectionId));
  };

  run(delivery: Delivery = freshDelivery(entityUpdate()), millisLeft = INVOCATION_MILLIS) {
    const deadline = (this.clock.now() + millisLeft) as EpochMillis;
    return this.#fanOut({
      delivery,
      deadline,
      read: (from) => this.around(() => this.read(from), "read"),
      findNamed: (ids) => this.around(() => this.find(ids), "read"),
      findAgain: (recipient) =>
        this.around(() => {
          this.lookedUp.push(recipient.connectionId);
          return this.findAgain(recipient);
        }, "look-up"),
      forget: (connectionId) => this.around(() => this.forget(connectionId), "forget"),
    });
  }

  /** Runs the deferred deliveries, each after its delay, until none is left. */
  async drain(): Promise<void> {
    for (let next = this.queue.deferred.shift(); next !== undefined; next = this.queue.deferred.shift()) {
      this.clock.advance(next.delaySeconds);
      await this.run(next.delivery);
    }
  }

  /** The connections of all dead letters. */
  deadLettered(): readonly ConnectionId[] {
    return this.queue.dead.flatMap(({ delivery: { to } }) =>
      "recipients" in to ? to.recipients.map(({ connectionId }) => connectionId) : [],
    );
  }
}
