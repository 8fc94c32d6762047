import fc, { type Arbitrary } from "fast-check";

/**
 * The fault of one call of a port.
 * - `lost` and `throttled` never arrive and fail at once, `hung` fails when its time is up;
 * - `late` takes effect and is reported as a failure, `late-hung` only when its time is up;
 * - `slow` takes effect and takes half of its time;
 * - `crash-before` and `crash-after` end the whole invocation, before the call is made or before it is answered.
 */
const FAULTS = ["lost", "throttled", "hung", "late", "late-hung", "slow", "crash-before", "crash-after"] as const;

export type Fault = (typeof FAULTS)[number];

/** The number of the call, counted over the run, and its fault. */
export type FaultPlan = ReadonlyMap<number, Fault>;

/** A run makes some hundred calls; faults are put on the early ones, since most runs get to them. */
export const faultPlan: Arbitrary<FaultPlan> = fc
  .array(fc.tuple(fc.nat({ max: 60 }), fc.constantFrom(...FAULTS)), { maxLength: 6 })
  .map((entries) => new Map(entries));
