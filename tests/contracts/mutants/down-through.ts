import { DependencyUnavailableError, type UnavailableDependency } from "../../../src/application/errors.ts";
import { pause } from "../../support/pause.ts";
import type { Outage } from "../outages.ts";

export type Flaws = { readonly raw?: boolean; readonly unlimited?: boolean };

/** The port over a service that is down: correct, or with one of two mistakes. */
export function downThrough<Port extends object>(
  port: Port,
  dependency: UnavailableDependency,
  { raw = false, unlimited = false }: Flaws = {},
): (outage: Outage) => Port {
  return (outage) => {
    const call = async () => {
      if (outage === "hangs") await (unlimited ? new Promise(() => {}) : pause(20));
      throw raw ? new Error("connect ECONNREFUSED") : new DependencyUnavailableError(dependency);
    };
    // A port has no `then`: `await` must return the port itself.
    return new Proxy(port, { get: (_target, name) => (name === "then" ? undefined : call) });
  };
}
