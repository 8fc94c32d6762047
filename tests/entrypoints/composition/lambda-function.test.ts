import { expect, it } from "vitest";
import type { Rehearsal } from "../../../src/application/rehearsal.ts";
import { lambdaFunction } from "../../../src/entrypoints/composition/lambda-function.ts";
import { defineModule } from "../../../src/entrypoints/composition/module.ts";
import { platform } from "../../../src/entrypoints/composition/modules/platform.ts";

/** A function whose parts note when they are used. */
function observedFunction({ stores }: { readonly stores?: Rehearsal } = {}) {
  const events: string[] = [];
  const module = defineModule({
    services: () => {},
    prime: async () => void events.push("primed"),
    ...(stores && { rehearsal: () => stores }),
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

it("fault:L1 starts although a module throws before it has a promise", async () => {
  const failing = () => {
    throw new RangeError("planted");
  };
  const module = defineModule({ services: () => {}, prime: failing, rehearsal: failing });
  const rehearse = async () => {};
  const { prime } = lambdaFunction({ modules: [platform, module], handler: () => async () => {}, rehearse });

  await expect(prime()).resolves.toBeUndefined();
});
