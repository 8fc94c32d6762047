import type { ConnectionChannel, PreparedPush } from "../../src/application/ports/connection-channel.ts";
import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import type { Notification } from "../../src/domain/notification/notification.ts";
import type { PostOutcome } from "../../src/domain/notification/post-outcome.ts";
import type { Account } from "./account.ts";
import { endProcess, isProcessDead } from "./mortal-process.ts";
import { eventOf, type TrafficEvent } from "./traffic.ts";

/** Replaces the gateway: the fate of an event decides the outcome of a post, which is entered into the account. */
export class FatedSockets implements ConnectionChannel {
  readonly #account: Account;
  /** Failed posts to an event's first recipient. Few events have any. */
  readonly #vain = new Map<number, number>();

  constructor(account: Account) {
    this.#account = account;
  }

  prepare({ message }: Notification): PreparedPush {
    const event = eventOf(Number(message));
    return { kind: "ready", send: async (id) => (isProcessDead() ? "failed" : this.#answer(event, id)) };
  }

  #answer(event: TrafficEvent, id: ConnectionId): PostOutcome {
    const { fate, number, recipients } = event;
    const isFirst = recipients[0] === id;
    if (fate?.kind === "gone" && isFirst) {
      this.#account.enter(number, id, "gone");
      return "gone";
    }
    if (fate?.kind === "throttled" && isFirst && this.#countVain(number) <= fate.posts) return "throttled";
    if (fate?.kind === "crash" && (fate.always || this.#countVain(number) === 1)) {
      if (fate.delivered) this.#account.enter(number, id, "delivered");
      endProcess();
      return "failed";
    }
    this.#account.enter(number, id, "delivered");
    return "delivered";
  }

  #countVain(event: number): number {
    const count = (this.#vain.get(event) ?? 0) + 1;
    this.#vain.set(event, count);
    return count;
  }
}
