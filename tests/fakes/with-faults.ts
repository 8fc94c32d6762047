import { DependencyUnavailableError } from "../../src/application/errors.ts";

/** The fault of a call: a `lost` call never arrives; a `late` one takes effect and then reports a failure. */
export type Fault = "none" | "lost" | "late";

/** A port whose calls fail by a list of faults. Each call takes the next fault, in the order of the calls. */
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
