import { DependencyUnavailableError } from "../../src/application/errors.ts";

/** What befalls a call: `lost` never arrives, `late` takes effect and then reports a failure. */
export type Fault = "none" | "lost" | "late";

/** A port whose calls fail as the next fault says. Each call takes one, in the order in which the calls are made. */
export function withFaults<Port extends object>(port: Port, nextFault: () => Fault): Port {
  return new Proxy(port, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return async (...args: unknown[]) => {
        const fault = nextFault();
        if (fault === "lost") throw new DependencyUnavailableError("CONNECTION_STORE");
        const answer: unknown = await Reflect.apply(method, target, args);
        if (fault === "late") throw new DependencyUnavailableError("CONNECTION_STORE");
        return answer;
      };
    },
  });
}
