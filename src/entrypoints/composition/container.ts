import { Container } from "inversify";
import type { Module, Provide } from "./module.ts";
import type { ServiceId } from "./services.ts";
import { type Environment, Settings } from "./settings.ts";

/**
 * Loads modules into a container, each once. Handlers in one process share the services of a module, such as an
 * in-memory store. No service is made and nothing is called yet. Throws ConfigurationError for all modules at once.
 */
export function composeWith(
  environment: Environment,
  container: Container,
  loaded: Set<Module>,
  modules: readonly Module[],
) {
  const missing = modules.filter((module) => !loaded.has(module));
  const settings = new Settings(environment);
  const read = missing.map((module) => ({ module, values: module.settings?.(settings) }));
  settings.finish();
  for (const { module, values } of read) {
    module.services(provideIn(container), values);
    loaded.add(module);
  }
  return container;
}

const processContainer = new Container({ defaultScope: "Singleton" });
const processModules = new Set<Module>();

/**
 * The process's own container. Called once per handler, while it loads. A wrong setting stops `npm start` at its
 * start; on Lambda the deployment succeeds, and each invocation fails until the setting is corrected.
 */
export function compose(...modules: readonly Module[]): Container {
  return composeWith(process.env, processContainer, processModules, modules);
}

/** Puts another service in the place of one when it is made. It is too late for a service that was made before. */
export function replaceMade<T>(id: ServiceId<T>, replace: (made: T) => T): void {
  processContainer.onActivation<T>(id, (_context, made) => replace(made));
}

export function resolve<T>(container: Container, id: ServiceId<T>): T {
  return container.get<T>(id);
}

function provideIn(container: Container): Provide {
  return <T, Deps extends object>(
    id: ServiceId<T>,
    deps: { readonly [K in keyof Deps]: ServiceId<Deps[K]> },
    make: (deps: Deps) => T,
  ) => {
    const keys = Object.keys(deps) as (keyof Deps & string)[];
    container
      .bind<T>(id)
      .toResolvedValue(
        (...values: unknown[]) => make(Object.fromEntries(keys.map((key, index) => [key, values[index]])) as Deps),
        keys.map((key) => deps[key]) as never,
      );
  };
}
