import type { DeliveryReport } from "../../src/application/push/delivery-report.ts";
import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import { type Delivery, MAX_ATTEMPTS, type UndeliverableReason } from "../../src/domain/notification/delivery.ts";
import type { NamedRecipient, Recipient } from "../../src/domain/notification/notification.ts";
import type { PostOutcome } from "../../src/domain/notification/post-outcome.ts";
import type { Violations } from "./oracle.ts";

/** Records what one invocation did with one delivery at its ports, and checks that each recipient is accounted for. */
export class DeliveryLedger {
  faultyQueue = false;
  faultyRead = false;
  readonly #delivery: Delivery;
  readonly #deadline: number;
  readonly #violations: Violations;
  readonly #posts = new Map<ConnectionId, PostOutcome>();
  readonly #pages: { readonly from: string | undefined; readonly items: readonly NamedRecipient[] }[] = [];
  #found: ReadonlyMap<ConnectionId, Recipient> | undefined;
  /** Their ends had passed by the copies, and their records could not be read. */
  readonly #notLookedUp = new Set<ConnectionId>();
  readonly #handedOn: Delivery["to"][] = [];

  constructor(delivery: Delivery, deadline: number, violations: Violations) {
    this.#delivery = delivery;
    this.#deadline = deadline;
    this.#violations = violations;
    if ("recipients" in delivery.to) this.#pages.push({ from: undefined, items: delivery.to.recipients });
  }

  read(from: string | undefined, items: readonly Recipient[]): void {
    this.#pages.push({ from, items });
  }

  get isNamed(): boolean {
    return "recipients" in this.#delivery.to;
  }

  notLookedUp(ids: readonly ConnectionId[]): void {
    for (const id of ids) this.#notLookedUp.add(id);
  }

  /** The named recipients that are still in the audience. */
  found(recipients: readonly Recipient[]): void {
    this.#found = new Map(recipients.map((one) => [one.connectionId, one]));
  }

  posted(id: ConnectionId, outcome: PostOutcome): void {
    this.#posts.set(id, outcome);
  }

  deferred({ to }: Delivery, now: number): void {
    this.#handedOn.push(to);
    const outOfTime = now >= this.#deadline;
    const unread = this.faultyRead && "recipients" in to === "recipients" in this.#delivery.to;
    const needed = outOfTime || unread || ("recipients" in to && to.recipients.every((one) => this.#failed(one)));
    this.#violations.expect(needed, "inv:14", "handed on without need");
  }

  deadLettered({ to, attempt }: Delivery, reason: UndeliverableReason): void {
    this.#handedOn.push(to);
    const exhausted = reason !== "ATTEMPTS_EXHAUSTED" || attempt >= MAX_ATTEMPTS || attempt === 0;
    this.#violations.expect(exhausted, "inv:3", "given up too early");
    if (reason !== "PUSH_REFUSED" || !("recipients" in to)) return;
    const refused = to.recipients.every(({ connectionId }) => this.#posts.get(connectionId) === "refused");
    this.#violations.expect(refused, "inv:14", "dead-lettered for another connection's refusal");
  }

  returned(): void {
    this.#violations.expect(this.faultyQueue, "inv:14", "a delivery failed although all of it was handed on");
  }

  completed(report: DeliveryReport, nowSeconds: number): void {
    if (this.#handedOn.some((to) => !("recipients" in to) && to.page === undefined)) return;
    const lost = this.#pages.flatMap(({ from, items }) =>
      this.#handedOn.some((to) => "page" in to && to.page === from)
        ? []
        : items.filter((one) => !this.#isAccountedFor(one, nowSeconds)),
    );
    this.#violations.expect(lost.length === 0, "inv:13", "a recipient is not accounted for");
    const { to } = this.#delivery;
    if (!("recipients" in to) || report.outcome.kind !== "completed") return;
    const { delivered, gone, expired, deferred, deadLettered } = report;
    const counted = delivered + gone + expired + deferred + deadLettered;
    this.#violations.expect(counted === to.recipients.length, "inv:13", "the report does not add up");
  }

  #failed({ connectionId }: NamedRecipient): boolean {
    const outcome = this.#posts.get(connectionId);
    return this.#notLookedUp.has(connectionId) || (outcome !== undefined && outcome !== "delivered");
  }

  #isAccountedFor({ connectionId, ...read }: NamedRecipient & Partial<Recipient>, nowSeconds: number): boolean {
    const outcome = this.#posts.get(connectionId);
    if (outcome === "delivered" || outcome === "gone") return true;
    if (this.#found !== undefined && !this.#found.has(connectionId)) return true;
    const { expiresAt = Number.POSITIVE_INFINITY } = this.#found?.get(connectionId) ?? read;
    if (expiresAt <= nowSeconds) return true;
    return this.#handedOn.some(
      (to) => "recipients" in to && to.recipients.some((one) => one.connectionId === connectionId),
    );
  }
}
