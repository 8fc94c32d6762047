import { expect } from "vitest";
import type { UnavailableDependency } from "../../src/application/errors.ts";
import { pause } from "../support/pause.ts";
import type { Suite } from "./suite.ts";

/** `fails`: all requests of a port are refused or cut off. `hangs`: none is answered. */
export type Outage = "fails" | "hangs";

/** The adapter over such a service. A store inside the process cannot fail like this: it gives `"in-process"`. */
export type WhenDown<Port> = ((outage: Outage) => Port | Promise<Port>) | "in-process";

/** Longer than the ports' limits of two to five seconds, for a busy machine. */
const PATIENCE_MILLIS = 8_000;

/** Every port's promises about time and errors. A call is judged by its result, never by its speed. */
export function describeOutages<Port>(
  { describe, it }: Suite,
  whenDown: WhenDown<Port>,
  dependency: UnavailableDependency,
  calls: Readonly<Record<string, (port: Port) => Promise<unknown>>>,
): void {
  if (whenDown === "in-process") return;
  describe("when its service", () => {
    it.each<Outage>(["fails", "hangs"])(
      "fault:L1 %s, every call throws DependencyUnavailableError in time",
      async (outage) => {
        const port = await whenDown(outage);

        const told = await Promise.all(
          Object.entries(calls).map(async ([name, call]) => [name, await resultInTime(call(port))] as const),
        );

        const unavailable = { name: "DependencyUnavailableError", dependency };
        expect(Object.fromEntries(told)).toMatchObject(
          Object.fromEntries(Object.keys(calls).map((name) => [name, unavailable])),
        );
      },
      PATIENCE_MILLIS * 2,
    );
  });
}

/** The result of a call; an error counts as a result too. */
export function resultInTime(call: Promise<unknown>): Promise<unknown> {
  const answer = call.catch((error: unknown) => error);
  return Promise.race([answer, pause(PATIENCE_MILLIS).then(() => "no answer in time")]);
}
