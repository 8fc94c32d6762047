import { DEFAULT_ACCOUNT } from "../../src/aws-account.ts";
import { type Delivery, makeDelivery } from "../../src/eventbridge/delivery.ts";
import { Faults } from "../../src/faults/faults.ts";
import { makeAsynchronousInvocations } from "../../src/lambda/asynchronous-invocations.ts";
import { type Functions, makeFunctions } from "../../src/lambda/functions.ts";
import type { Observe } from "../../src/observer.ts";
import type { Scheduler } from "../../src/scheduler.ts";
import type { Queues } from "../../src/sqs/queues.ts";

type Parts = { readonly queues: Queues; readonly scheduler: Scheduler; readonly observe: Observe };

/** EventBridge's deliveries over queues, and without functions. Retries wait for their longest time. */
export function deliveryOver({ queues, scheduler, observe }: Parts): Delivery {
  const functions = makeFunctions({
    functions: [],
    account: DEFAULT_ACCOUNT,
    scheduler,
    observe,
    faults: new Faults(),
  });
  return makeDelivery({ queues, functions, scheduler, observe, invokeAsynchronously: () => {}, random: () => 1 });
}

/** The same over functions, whose asynchronous invocations have no destinations. */
export function deliveryToFunctions(parts: Parts & { readonly functions: Functions }) {
  const asynchronous = makeAsynchronousInvocations({ ...parts, settings: [], sendOutcome: () => [] });
  const delivery = makeDelivery({
    ...parts,
    invokeAsynchronously: (name, event) => void asynchronous.invoke(name, event),
  });
  return { delivery, stop: asynchronous.stop };
}
