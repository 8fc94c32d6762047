import type { Scheduler } from "fast-check";
import { checkReviews } from "./check-access.ts";
import { checkSockets } from "./check-ending.ts";
import { checkSettled } from "./check-publication.ts";
import { checkProbed, checkRecords, checkTokens } from "./check-records.ts";
import type { Command } from "./command.ts";
import { Driver } from "./driver.ts";
import { ENTITIES, FIRST_CONNECTIONS, USERS } from "./fixtures.ts";
import type { Violation } from "./oracle.ts";
import type { Plan } from "./plan.ts";
import { Simulation } from "./simulation.ts";
import type { System } from "./system.ts";

/** After this time a 410 no longer means that the handshake is still under way. */
const SETTLED_SECONDS = 30;

/** After this time the schedule has looked three times at all that has ended. */
const SWEPT_SECONDS = 240;

/** Longer than any connection lasts. */
const FOREVER_SECONDS = 7300;

/** Simulates one plan against a system and returns the violations. */
export async function run(system: System, plan: Plan, scheduler: Scheduler): Promise<readonly Violation[]> {
  const simulation = new Simulation(system, plan.conditions, scheduler);
  const driver = new Driver(simulation);
  for (const command of prelude(plan)) await driver.step({ command, turns: Number.POSITIVE_INFINITY });
  simulation.environment.faults = plan.faults;
  simulation.environment.callsMade = 0;
  for (const step of plan.steps) await driver.step(step);
  await driver.settle();
  await checkRecords(simulation);

  simulation.environment.faults = new Map();
  if (plan.conditions.runs !== undefined) {
    const swept = { moment: simulation.history.now(), at: simulation.nowSeconds() };
    await driver.elapse(SWEPT_SECONDS);
    await driver.settle();
    await checkTokens(simulation);
    checkSockets(simulation);
    checkReviews(swept, simulation);
  }
  simulation.clock.advance(SETTLED_SECONDS + plan.conditions.indexLagSeconds);
  for (const command of probes) await driver.step({ command, turns: Number.POSITIVE_INFINITY });
  await driver.settle();
  await checkProbed(simulation);
  for (const publication of simulation.publications.values()) checkSettled(publication, simulation);

  simulation.clock.advance(FOREVER_SECONDS);
  const shown = [...(await simulation.connected()), ...(await simulation.subscribed())];
  simulation.violations.expect(shown.length === 0, "inv:19", "an expired record is shown");
  return simulation.violations.all;
}

/** The first connections connect and subscribe; the index catches up. */
function prelude({ subscribed, conditions }: Plan): readonly Command[] {
  return [
    ...Array.from({ length: FIRST_CONNECTIONS }, (_, connection) => ({ kind: "connect", connection }) as const),
    ...subscribed.map(
      ([connection, entity]) => ({ kind: "subscribe", connection, entities: [entity], seq: "next" }) as const,
    ),
    { kind: "advance", seconds: conditions.indexLagSeconds },
  ];
}

/** One push to every audience: after it, no leftover record may exist. */
const probes: readonly Command[] = [
  ...ENTITIES.map((_, entity) => ({ kind: "publish to entity", entity, copies: 1 }) as const),
  ...USERS.map((_, user) => ({ kind: "publish to user", user, copies: 1 }) as const),
];
