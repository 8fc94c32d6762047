import fc, { type Arbitrary } from "fast-check";
import { calmSteps, pushSteps, type Step, stormySteps } from "./command.ts";
import { type FaultPlan, faultPlan } from "./fault-plan.ts";
import { CONNECTIONS, ENTITIES, FIRST_CONNECTIONS } from "./fixtures.ts";
import type { SocketBehaviour } from "./gateway-model.ts";
import type { RunOfSchedule } from "./schedule.ts";
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

const sharedConditions = {
  behaviours: fc.array(behaviour, { minLength: CONNECTIONS.length, maxLength: CONNECTIONS.length }),
  batchSize: fc.constantFrom(1, 2, 3),
  functionSeconds: fc.constantFrom(60, 60, 4),
  disconnectEvents: fc.constantFrom<0 | 1>(0, 1),
};

/** The readings of the index after an event are for lags below ten seconds. */
const lifeLag = fc.constantFrom(0, 0, 1, 9);

const subscribed = fc.uniqueArray(
  fc.tuple(fc.nat({ max: FIRST_CONNECTIONS - 1 }), fc.nat({ max: ENTITIES.length - 1 })),
  { maxLength: 6, selector: String },
);

const NO_FAULTS: FaultPlan = new Map();

/** Connections, subscriptions and pushes under faults. */
export const pushPlans: Arbitrary<Plan> = fc.record({
  conditions: fc.record({
    ...{ ...sharedConditions, indexLagSeconds: fc.constantFrom(0, 0, 1, 20), calm: fc.constant(false) },
  }),
  ...{ subscribed, steps: pushSteps, faults: faultPlan },
});

/** The lives of tokens where nothing fails: bounds in time hold. */
const calmPlans: Arbitrary<Plan> = fc.record({
  conditions: fc.record({
    ...{ ...sharedConditions, indexLagSeconds: lifeLag, calm: fc.constant(true) },
    runs: fc.array(fc.constantFrom<RunOfSchedule>("punctual", "punctual", "doubled"), { maxLength: 6 }),
  }),
  ...{ subscribed, steps: calmSteps, faults: fc.constant(NO_FAULTS) },
});

/** The same under faults. No two runs of the schedule that follow each other are lost. */
const stormyPlans: Arbitrary<Plan> = fc.record({
  conditions: fc.record({
    ...{ ...sharedConditions, indexLagSeconds: lifeLag, calm: fc.constant(false) },
    runs: fc
      .array(fc.constantFrom<RunOfSchedule>("punctual", "punctual", "late", "doubled", "lost"), { maxLength: 6 })
      .map((runs) => runs.map((run, index) => (run === "lost" && runs[index - 1] === "lost" ? "late" : run))),
  }),
  ...{ subscribed, steps: stormySteps, faults: faultPlan },
});

export const lifePlans: Arbitrary<Plan> = fc.oneof(calmPlans, stormyPlans);

/** A life takes more than twice the time of a push. */
export const plans: Arbitrary<Plan> = fc.oneof(
  { weight: 3, arbitrary: pushPlans },
  { weight: 2, arbitrary: lifePlans },
);
