import type { FixedClock } from "../fakes/fixed-clock.ts";
import type { GatewayModel } from "./gateway-model.ts";
import type { History } from "./history.ts";

/** threats.md, section 5.2. */
export type Invariant = "I1" | "I2" | "I3" | "I4" | "I6" | "I12" | "I13" | "I14" | "I15" | "I19";

export type Violation = { readonly invariant: Invariant; readonly what: string };

/** All violations of a run, in the order in which they showed. */
export class Violations {
  readonly all: Violation[] = [];

  expect(holds: boolean, invariant: Invariant, what: string): void {
    if (!holds) this.all.push({ invariant, what });
  }
}

/** All that the checks may look at. */
export type OracleInput = {
  readonly history: History;
  readonly violations: Violations;
  readonly gateway: GatewayModel;
  readonly clock: FixedClock;
  /** How far the index of a user's connections may lag behind. */
  readonly lagMillis: number;
};
