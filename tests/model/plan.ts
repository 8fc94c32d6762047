import fc, { type Arbitrary } from "fast-check";
import { type Step, steps } from "./command.ts";
import { type FaultPlan, faultPlan } from "./fault-plan.ts";
import { CONNECTIONS, ENTITIES } from "./fixtures.ts";
import type { SocketBehaviour } from "./gateway-model.ts";
import type { Conditions } from "./simulation.ts";

export type Plan = {
  readonly conditions: Conditions;
  /** The subscriptions at the beginning, before any fault. */
  readonly subscribed: readonly (readonly [connection: number, entity: number])[];
  readonly steps: readonly Step[];
  readonly faults: FaultPlan;
};

const behaviour = fc.constantFrom<SocketBehaviour>(
  "healthy",
  "healthy",
  "healthy",
  "healthy",
  "flaky",
  "stuck",
  "refused",
);

export const plans: Arbitrary<Plan> = fc.record({
  conditions: fc.record({
    behaviours: fc.array(behaviour, { minLength: CONNECTIONS.length, maxLength: CONNECTIONS.length }),
    indexLagSeconds: fc.constantFrom(0, 0, 1, 20),
    batchSize: fc.constantFrom(1, 2, 3),
    functionSeconds: fc.constantFrom(60, 60, 4),
  }),
  subscribed: fc.uniqueArray(fc.tuple(fc.nat({ max: CONNECTIONS.length - 3 }), fc.nat({ max: ENTITIES.length - 1 })), {
    maxLength: 6,
    selector: String,
  }),
  steps,
  faults: faultPlan,
});
