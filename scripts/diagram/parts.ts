import type { QueueDescription } from "@portcullis/emulator/template";
import type { System, SystemFunction } from "./system.ts";

/** The parts of the picture, in the order of drawing. */
export type Parts = {
  /** On a connection's path: the authorizer, then the functions of the routes. */
  readonly door: readonly SystemFunction[];
  /** On a push's path: the functions that take from queues. */
  readonly pushers: readonly SystemFunction[];
  /** The other functions. */
  readonly keepers: readonly SystemFunction[];
  /** Queues that a function takes from, in the order of the functions. */
  readonly workQueues: readonly QueueDescription[];
  /** Queues that only functions send to. */
  readonly endQueues: readonly QueueDescription[];
};

export const CONNECTIONS = "@connections";

export function partsOf(system: System): Parts {
  const named = (names: Iterable<string>) =>
    [...new Set(names)].flatMap((name) => system.functions.find((fn) => fn.name === name) ?? []);
  const { routes } = system.api;
  const authorizers = routes.flatMap(({ authorizer }) => authorizer?.functionName ?? []);
  const door = named([...authorizers, ...routes.map(({ functionName }) => functionName)]);
  const pushers = named(system.eventSourceMappings.map(({ functionName }) => functionName));
  const taken = pushers.flatMap((fn) => takesFrom(system, fn));
  const redriven = new Set(system.queues.flatMap(({ deadLetters }) => deadLetters?.queue ?? []));
  return {
    door,
    pushers,
    keepers: system.functions.filter((fn) => !door.includes(fn) && !pushers.includes(fn)),
    workQueues: taken.flatMap((name) => system.queues.find((queue) => queue.name === name) ?? []),
    endQueues: system.queues.filter(({ name }) => !taken.includes(name) && !redriven.has(name)),
  };
}

export function takesFrom({ eventSourceMappings }: System, { name }: SystemFunction): readonly string[] {
  return eventSourceMappings.filter(({ functionName }) => functionName === name).map(({ queue }) => queue);
}

/** How often a schedule invokes the function, in words. */
export function schedulesOf({ schedules }: System, { name }: SystemFunction): readonly string[] {
  return schedules
    .filter(({ targets }) => targets.some((target) => "functionName" in target && target.functionName === name))
    .map(({ everyMillis }) => (everyMillis === 60_000 ? "each minute" : `every ${everyMillis / 60_000} minutes`));
}

/** Stores that a function reads or writes, queues that it sends to, and whether it posts to connections. */
export function reachedBy({ stores, queues }: System, { grants }: SystemFunction): readonly string[] {
  const allowed = grants.flatMap(({ actions, resources }) =>
    resources.map((resource) => ({ actions, resource: resource.includes(CONNECTIONS) ? CONNECTIONS : resource })),
  );
  const reached = [
    ...stores.map(({ name }) => name).filter((name) => allowed.some(({ resource }) => resource.split("/")[0] === name)),
    ...queues
      .map(({ name }) => name)
      .filter((name) =>
        allowed.some(({ actions, resource }) => resource === name && actions.includes("sqs:SendMessage")),
      ),
    ...allowed.map(({ resource }) => resource).filter((resource) => resource === CONNECTIONS),
  ];
  return [...new Set(reached)];
}

/** A target that all functions reach is drawn once, from their common frame. */
export function reachedByAll(system: System, functions: readonly SystemFunction[]): readonly string[] {
  const [first, ...others] = functions.map((fn) => reachedBy(system, fn));
  return (first ?? []).filter((name) => others.length > 0 && others.every((reached) => reached.includes(name)));
}
