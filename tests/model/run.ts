import type { Scheduler } from "fast-check";
import { Activity } from "./activity.ts";
import { CONNECTIONS, ENTITIES, USERS } from "./cast.ts";
import type { Command } from "./command.ts";
import type { Finding } from "./findings.ts";
import { judgeSettled } from "./judge-publication.ts";
import { judgeProbed, judgeRecords } from "./judge-records.ts";
import type { Plan } from "./plan.ts";
import type { System } from "./system.ts";
import { World } from "./world.ts";

/** Longer than a 410 may mean that a connection is only being opened. */
const SETTLED_SECONDS = 30;

/** No connection lives as long. */
const FOREVER_SECONDS = 7300;

/** All that is found against a system in one run. */
export async function run(system: System, plan: Plan, scheduler: Scheduler): Promise<readonly Finding[]> {
  const world = new World(system, plan.conditions, scheduler);
  const activity = new Activity(world);
  for (const command of prelude(plan)) await activity.step({ command, turns: Number.POSITIVE_INFINITY });
  world.around.faults = plan.faults;
  world.around.callsMade = 0;
  for (const step of plan.steps) await activity.step(step);
  await activity.settle();
  await judgeRecords(world);

  world.around.faults = new Map();
  world.clock.advance(SETTLED_SECONDS + plan.conditions.indexLagSeconds);
  for (const command of probes) await activity.step({ command, turns: Number.POSITIVE_INFINITY });
  await activity.settle();
  await judgeProbed(world);
  for (const publication of world.publications.values()) judgeSettled(publication, world);

  world.clock.advance(FOREVER_SECONDS);
  const shown = [...(await world.connected()), ...(await world.following())];
  world.findings.expect(shown.length === 0, "I19", "an expired record is shown");
  return world.findings.all;
}

/** All but the last two connect, and have their index caught up. */
function prelude({ followed, conditions }: Plan): readonly Command[] {
  return [
    ...CONNECTIONS.slice(0, -2).map((_, connection) => ({ kind: "connect", connection }) as const),
    ...followed.map(([connection, entity]) => ({ kind: "subscribe", connection, entity }) as const),
    { kind: "advance", seconds: conditions.indexLagSeconds },
  ];
}

/** Everybody who is there is told something: the next delivery, by which what is left over has to be gone. */
const probes: readonly Command[] = [
  ...ENTITIES.map((_, entity) => ({ kind: "publish to entity", entity, copies: 1 }) as const),
  ...USERS.map((_, user) => ({ kind: "publish to user", user, copies: 1 }) as const),
];
