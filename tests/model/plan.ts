import fc, { type Arbitrary } from "fast-check";
import { calmAccessSteps, stormyAccessSteps } from "./access-command.ts";
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

/** Everything is granted to everyone, and nobody orders requests. */
const ofAll = {
  claims: fc.constant(CONNECTIONS.map(() => 0)),
  ordered: fc.constant(CONNECTIONS.map(() => false)),
  grantsChange: fc.constant(false),
};

const ofSome = {
  claims: fc.array(fc.constantFrom(0, 1, 2, 3, 3, 3), { minLength: CONNECTIONS.length, maxLength: CONNECTIONS.length }),
  grantsChange: fc.constant(true),
  ordered: fc.array(fc.boolean(), { minLength: CONNECTIONS.length, maxLength: CONNECTIONS.length }),
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
    ...sharedConditions,
    ...ofAll,
    ...{ indexLagSeconds: fc.constantFrom(0, 0, 1, 20), calm: fc.constant(false) },
  }),
  ...{ subscribed, steps: pushSteps, faults: faultPlan },
});

/** The lives of tokens where nothing fails: bounds in time hold. */
const calmPlans: Arbitrary<Plan> = fc.record({
  conditions: fc.record({
    ...sharedConditions,
    ...ofAll,
    ...{ indexLagSeconds: lifeLag, calm: fc.constant(true) },
    runs: fc.array(fc.constantFrom<RunOfSchedule>("punctual", "punctual", "doubled"), { maxLength: 6 }),
  }),
  ...{ subscribed, steps: calmSteps, faults: fc.constant(NO_FAULTS) },
});

/** The same under faults. No two runs of the schedule that follow each other are lost. */
const stormyPlans: Arbitrary<Plan> = fc.record({
  conditions: fc.record({
    ...sharedConditions,
    ...ofAll,
    ...{ indexLagSeconds: lifeLag, calm: fc.constant(false) },
    runs: fc
      .array(fc.constantFrom<RunOfSchedule>("punctual", "punctual", "late", "doubled", "lost"), { maxLength: 6 })
      .map((runs) => runs.map((run, index) => (run === "lost" && runs[index - 1] === "lost" ? "late" : run))),
  }),
  ...{ subscribed, steps: stormySteps, faults: faultPlan },
});

export const lifePlans: Arbitrary<Plan> = fc.oneof(calmPlans, stormyPlans);

/** The grants of tokens and of administrators, where nothing fails and under faults. */
export const accessPlans: Arbitrary<Plan> = fc.oneof(
  withAccess(calmPlans, calmAccessSteps),
  withAccess(stormyPlans, stormyAccessSteps),
);

function withAccess(plans: Arbitrary<Plan>, steps: Arbitrary<readonly Step[]>): Arbitrary<Plan> {
  return fc
    .record({ plan: plans, some: fc.record(ofSome), steps })
    .map(({ plan, some, steps }) => ({ ...plan, conditions: { ...plan.conditions, ...some }, steps }));
}

/** A life takes more than twice the time of a push. */
export const plans: Arbitrary<Plan> = fc.oneof(
  { weight: 4, arbitrary: pushPlans },
  { weight: 3, arbitrary: lifePlans },
  { weight: 3, arbitrary: accessPlans },
);
