import { expect } from "vitest";
import type { UnavailableDependency } from "../../src/application/errors.ts";
import { pause } from "../support/pause.ts";
import type { Suite } from "./suite.ts";

/** What befalls all that a port sends: it is refused or cut off, or it is never answered. */
export type Outage = "fails" | "hangs";

/** The adapter over such a service. What keeps its data in the process has nothing that could fail, and says so. */
export type WhenDown<Port> = ((outage: Outage) => Port | Promise<Port>) | "in-process";

/** The ports' two to five seconds, and more for a machine that is busy. */
const PATIENCE_MILLIS = 8_000;

/** What every port over a service says of time and errors. A call is judged by its answer, never by how fast it was. */
export function describeOutages<Port>(
  { describe, it }: Suite,
  whenDown: WhenDown<Port>,
  dependency: UnavailableDependency,
  calls: Readonly<Record<string, (port: Port) => Promise<unknown>>>,
): void {
  if (whenDown === "in-process") return;
  describe("when its service", () => {
    it.each<Outage>(["fails", "hangs"])(
      "L1 %s, every call throws DependencyUnavailableError in time",
      async (outage) => {
        const port = await whenDown(outage);

        const told = await Promise.all(
          Object.entries(calls).map(async ([name, call]) => [name, await answerInTime(call(port))] as const),
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

/** An error is an answer too. */
export function answerInTime(call: Promise<unknown>): Promise<unknown> {
  const answer = call.catch((error: unknown) => error);
  return Promise.race([answer, pause(PATIENCE_MILLIS).then(() => "no answer in time")]);
}
