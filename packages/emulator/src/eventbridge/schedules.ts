import { repeat } from "../clock/repeat.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Queues } from "../sqs/queues.ts";
import { eventBody, toEnvelope } from "./bus-event.ts";
import type { Delivery } from "./delivery.ts";
import type { RuleTarget } from "./rule-target.ts";

/** An `AWS::Events::Rule` with a rate, or the `Schedule` event of a SAM function. */
export type Schedule = {
  /** The name of the rule. */
  readonly name: string;
  readonly everyMillis: number;
  readonly targets: readonly RuleTarget[];
};

/** EventBridge has schedules on this bus alone. */
export const SCHEDULE_BUS = "default";

const DETAIL = { text: "{}", value: {} };

/**
 * Sends each schedule's event to its targets, for the first time one period after the start. Throws on an unknown queue
 * or function; the error names the rule.
 */
export function startSchedules(deps: {
  readonly schedules: readonly Schedule[];
  readonly queues: Queues;
  readonly delivery: Delivery;
  readonly scheduler: Scheduler;
}): { readonly stop: () => void } {
  const { queues, delivery, scheduler } = deps;
  const compiled = deps.schedules.map(({ name, everyMillis, targets }) => ({
    everyMillis,
    rule: { name, eventBusName: SCHEDULE_BUS },
    targets: targets.map((target) => delivery.makeTarget(target, name)),
  }));
  const cancels = compiled.map(({ everyMillis, rule, targets }) =>
    repeat(everyMillis, scheduler, () => {
      const event = scheduledEvent(rule.name, scheduler.now(), queues);
      for (const target of targets) delivery.deliver(event, rule, target);
    }),
  );
  return {
    stop() {
      for (const cancel of cancels) cancel();
    },
  };
}

/** EventBridge's event for a rule that runs on a schedule (user guide, "Scheduled Event"). */
function scheduledEvent(rule: string, time: number, account: Queues): { eventId: string; body: string } {
  const resources = [`arn:aws:events:${account.region}:${account.accountId}:rule/${rule}`];
  const event = { detailType: "Scheduled Event", source: "aws.events", time, resources, detail: DETAIL };
  const envelope = toEnvelope(event, account);
  return { eventId: envelope.id, body: eventBody(envelope, DETAIL) };
}
