// `npm run bench` runs all benchmarks, `npm run bench -- authorizer` the named ones. Prints Markdown.
import { availableParallelism, cpus } from "node:os";
import { benchAuthorizer } from "./authorizer.ts";
import { benchComebacks } from "./comebacks.ts";
import { benchEmulator } from "./emulator.ts";
import { benchEndToEnd } from "./end-to-end.ts";
import { benchFanOut } from "./fan-out.ts";
import { benchMemory } from "./memory.ts";
import { benchStartUp } from "./start-up.ts";
import { benchSubscriptionsAtOnce } from "./subscriptions-at-once.ts";
import { type Table, toMarkdown } from "./table.ts";
import { benchTableUnits } from "./table-units.ts";

const benchmarks: Readonly<Record<string, () => Promise<readonly Table[]>>> = {
  authorizer: benchAuthorizer,
  "start-up": benchStartUp,
  memory: benchMemory,
  "fan-out": benchFanOut,
  "end-to-end": benchEndToEnd,
  emulator: () => benchEmulator(),
  comebacks: () => benchComebacks(),
  "table-units": benchTableUnits,
  "subscriptions-at-once": () => benchSubscriptionsAtOnce(),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(benchmarks, name));
if (unknown.length > 0) {
  console.error(`No benchmark is called ${unknown.join(", ")}. There are: ${Object.keys(benchmarks).join(", ")}`);
  process.exit(2);
}

console.log(`Node.js ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model.trim()})\n`);
for (const [name, bench] of Object.entries(benchmarks)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  try {
    for (const table of await bench()) console.log(`${toMarkdown(table)}\n`);
  } catch (error) {
    // A benchmark that cannot run here, for example without a container engine, does not stop the others.
    console.error(`${name} was not measured: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
