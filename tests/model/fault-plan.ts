import fc, { type Arbitrary } from "fast-check";

/**
 * What befalls one call of a port.
 * - `lost` and `throttled` never arrive and say so at once, `hung` does when its time is up;
 * - `late` takes effect and is reported as a failure, `late-hung` only when its time is up;
 * - `slow` takes effect and half its time;
 * - `crash-before` and `crash-after` end the whole invocation, the call not yet made or made and not yet answered.
 */
const FAULTS = ["lost", "throttled", "hung", "late", "late-hung", "slow", "crash-before", "crash-after"] as const;

export type Fault = (typeof FAULTS)[number];

/** The number of the call, counted over the run, and its fault. */
export type FaultPlan = ReadonlyMap<number, Fault>;

/** Runs make some hundred calls; the early ones are those that most runs get to. */
export const faultPlan: Arbitrary<FaultPlan> = fc
  .array(fc.tuple(fc.nat({ max: 60 }), fc.constantFrom(...FAULTS)), { maxLength: 6 })
  .map((entries) => new Map(entries));
