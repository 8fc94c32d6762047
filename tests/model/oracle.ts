import type { EpochMillis } from "../../src/domain/time.ts";
import type { FixedClock } from "../fakes/fixed-clock.ts";
import type { AdminEvent, UnendedTask } from "./admin.ts";
import type { GatewayModel } from "./gateway-model.ts";
import type { History } from "./history.ts";

/** Rows of tests/IDS.md. */
export type Invariant =
  | "inv:1"
  | "inv:2"
  | "inv:3"
  | "inv:4"
  | "inv:5"
  | "inv:6"
  | "inv:12"
  | "inv:13"
  | "inv:14"
  | "inv:15"
  | "inv:19"
  | "inv:20"
  | "inv:21"
  | "inv:23"
  | "inv:24"
  | "inv:25"
  | "inv:26"
  | "inv:27"
  | "inv:28"
  | "inv:29"
  | "inv:30"
  | "inv:31";

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
  readonly adminEvents: ReadonlyMap<string, AdminEvent>;
  /** The dead letters of the function that ends connections. */
  readonly unended: readonly UnendedTask[];
  /** When the rotating issuer made each of its keys. */
  readonly keys: readonly EpochMillis[];
  readonly conditions: { readonly calm: boolean };
};
