import { expect, it } from "vitest";
import type { Rehearsal } from "../../../src/application/rehearsal.ts";
import { lambdaFunction } from "../../../src/entrypoints/composition/lambda-function.ts";
import { defineModule } from "../../../src/entrypoints/composition/module.ts";
import { platform } from "../../../src/entrypoints/composition/modules/platform.ts";
import { rehearsal, serviceId } from "../../../src/entrypoints/composition/services.ts";

/** A function whose parts note when they are used. */
function observedFunction({ stores }: { readonly stores?: Rehearsal } = {}) {
  const events: string[] = [];
  const id = serviceId<{ prime(): Promise<void> }>("Primed");
  const module = defineModule({
    services: (provide) => {
      provide(id, {}, () => ({ prime: async () => void events.push("primed") }));
      if (stores !== undefined) provide(rehearsal, {}, () => stores);
    },
    primed: (get) => [get(id)],
  });
  const made = lambdaFunction({
    modules: [platform, module],
    handler: () => async () => void events.push("handled"),
    rehearse: async (given) => void events.push(given === stores ? "rehearsed" : "rehearsed over others"),
  });
  return { events, ...made };
}

it("does nothing when it is only loaded", () => {
  expect(observedFunction().events).toEqual([]);
});

it("without stores for a rehearsal primes its services, and starts without a rehearsal", async () => {
  const { events, prime } = observedFunction();

  await prime();

  expect(events).toEqual(["primed"]);
});

it("primes its services, rehearses, and handles no event before the first", async () => {
  const { events, prime } = observedFunction({ stores: {} as Rehearsal });

  await prime();

  expect(events).toEqual(["primed", "rehearsed"]);
});
