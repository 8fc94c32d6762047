import fc, { type Arbitrary } from "fast-check";
import { CONNECTIONS, ENTITIES } from "./cast.ts";
import { type Step, steps } from "./command.ts";
import { type FaultPlan, faultPlan } from "./fault-plan.ts";
import type { Temper } from "./gateway-model.ts";
import type { Conditions } from "./world.ts";

export type Plan = {
  readonly conditions: Conditions;
  /** Who follows what before anything goes wrong. */
  readonly followed: readonly (readonly [connection: number, entity: number])[];
  readonly steps: readonly Step[];
  readonly faults: FaultPlan;
};

const temper = fc.constantFrom<Temper>("healthy", "healthy", "healthy", "healthy", "flaky", "stuck", "refused");

export const plans: Arbitrary<Plan> = fc.record({
  conditions: fc.record({
    tempers: fc.array(temper, { minLength: CONNECTIONS.length, maxLength: CONNECTIONS.length }),
    indexLagSeconds: fc.constantFrom(0, 0, 1, 20),
    batchSize: fc.constantFrom(1, 2, 3),
    functionSeconds: fc.constantFrom(60, 60, 4),
  }),
  followed: fc.uniqueArray(fc.tuple(fc.nat({ max: CONNECTIONS.length - 3 }), fc.nat({ max: ENTITIES.length - 1 })), {
    maxLength: 6,
    selector: String,
  }),
  steps,
  faults: faultPlan,
});
