import { Container } from "inversify";
import type { ServiceId } from "./services.ts";
import { type Environment, Settings } from "./settings.ts";

type Bindings = (provide: Provide) => void;

/** A group of things that belong together: the settings it needs, read once, and the bindings made from them. */
export type Module = (settings: Settings) => Bindings;

/** Dependencies are named, not ordered: the compiler refuses a swapped, missing or unknown one, which inversify does not. */
export type Provide = <T, Deps extends object>(
  id: ServiceId<T>,
  deps: { readonly [K in keyof Deps]: ServiceId<Deps[K]> },
  make: (deps: Deps) => T,
) => void;

/**
 * Puts modules into a container, each once: handlers that run in one process share what is made for one of them, such as
 * an in-memory store. Calls nothing out. Throws ConfigurationError for all modules at once.
 */
export function composeWith(
  environment: Environment,
  container: Container,
  loaded: Set<Module>,
  modules: readonly Module[],
) {
  const missing = modules.filter((module) => !loaded.has(module));
  const settings = new Settings(environment);
  const bindings = missing.map((module) => module(settings));
  settings.finish();
  for (const bind of bindings) bind(provideIn(container));
  for (const module of missing) loaded.add(module);
  return container;
}

const processContainer = new Container({ defaultScope: "Singleton" });
const processModules = new Set<Module>();

/**
 * The process's own container. Called once per handler, while it loads. A wrong setting stops the local runtime at its
 * start; on Lambda the deployment succeeds, and each invocation fails until the setting is corrected.
 */
export function compose(...modules: readonly Module[]): Container {
  return composeWith(process.env, processContainer, processModules, modules);
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
