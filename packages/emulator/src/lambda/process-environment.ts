import { AsyncLocalStorage } from "node:async_hooks";
import { syncBuiltinESMExports } from "node:module";
import { inspect } from "node:util";

/** Environment variables. An undefined value is a variable that is not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

const environments = new AsyncLocalStorage<Record<string, string | undefined>>();

let isInstalled = false;

/**
 * Runs code whose `process.env` is this environment, also in the modules that it imports and in the timers, callbacks
 * and promises that it starts. All other code keeps the environment of the process.
 */
export function withEnvironment<T>(environment: Environment, run: () => T): T {
  if (!isInstalled) install();
  isInstalled = true;
  return environments.run(environment, run);
}

function install(): void {
  const own = process.env;
  const current = () => environments.getStore() ?? own;
  // console.log prints a proxy's target, and would print nothing.
  const target = { [inspect.custom]: () => ({ ...current() }) };
  process.env = new Proxy<NodeJS.ProcessEnv>(target, {
    get: (_, name) => Reflect.get(current(), name),
    has: (_, name) => Reflect.has(current(), name),
    // Every value becomes a text and a symbol is refused, as in Node.js.
    set: (_, name, value) => Reflect.set(current(), name, `${value}`),
    deleteProperty: (_, name) => Reflect.deleteProperty(current(), name),
    defineProperty: (_, name, property) => Reflect.defineProperty(current(), name, property),
    ownKeys: () => Reflect.ownKeys(current()),
    getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor(current(), name),
  });
  // This also updates `import { env } from "node:process"`.
  syncBuiltinESMExports();
}
