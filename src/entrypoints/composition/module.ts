import type { Rehearsal } from "../../application/rehearsal.ts";
import type { ServiceId } from "./services.ts";
import type { Settings } from "./settings.ts";

/**
 * Binds a service. `make` runs once, when the service is first needed. Dependencies are named, not ordered: the
 * compiler refuses a swapped, missing or unknown one, which inversify does not.
 */
export type Provide = <T, Deps extends object>(
  id: ServiceId<T>,
  deps: { readonly [K in keyof Deps]: ServiceId<Deps[K]> },
  make: (deps: Deps) => T,
) => void;

/** Gives a service, which is made when it is first needed. */
export type Get = <T>(id: ServiceId<T>) => T;

/** Services that belong together, and the settings that they need. */
export type Module<Values = unknown> = {
  /** Reads the settings of all modules before any service is bound, so that one error names every wrong setting. */
  settings?(settings: Settings): Values;
  services(provide: Provide, values: Values): void;
  /**
   * Does before the first event what the first call would have to do: opens a connection, reads a secret. A rejection
   * has no consequence, because the first call then does the same work.
   */
  prime?(get: Get): Promise<unknown>;
  /** A module of stores may have it. Without it functions start without a rehearsal. */
  rehearsal?(get: Get): Rehearsal;
};

/** Ties the type of `values` to what `settings` returns. */
export function defineModule<Values>(module: Module<Values>): Module {
  return module;
}
