import type { FixedClock } from "../fakes/fixed-clock.ts";
import type { Findings } from "./findings.ts";
import type { GatewayModel } from "./gateway-model.ts";
import type { History } from "./history.ts";

/** What the oracle judges by. */
export type Witness = {
  readonly history: History;
  readonly findings: Findings;
  readonly gateway: GatewayModel;
  readonly clock: FixedClock;
  /** How far behind a user's connections may be found. */
  readonly lagMillis: number;
};
