import type { WorldStores } from "./stores.ts";
import { type Effects, type Grantor, type ServerMutation, type ServerStep, World } from "./world.ts";

/** A state that the server can be in, and the first way there that was found. */
export type ServerState = {
  readonly number: number;
  readonly path: readonly ServerStep[];
  /** A push would be delivered. */
  readonly isHeard: boolean;
  readonly isAllowed: boolean;
  /** What waits behind a decision of the policy. */
  readonly waiting: readonly string[];
};

export type Transition = Effects & { readonly state: ServerState };

/**
 * The real server as a table of states. A store cannot go back, so a step that was not taken from a state before is taken
 * in a new world, after the steps that lead to this state. Every other one is looked up.
 */
export class Server {
  readonly #grantor: Grantor;
  readonly #makeStores: () => WorldStores;
  readonly #mutation: ServerMutation;
  readonly #states = new Map<string, ServerState>();
  readonly #transitions = new Map<string, Transition>();

  constructor(grantor: Grantor, makeStores: () => WorldStores, mutation: ServerMutation = () => ({})) {
    this.#grantor = grantor;
    this.#makeStores = makeStores;
    this.#mutation = mutation;
  }

  get stateCount(): number {
    return this.#states.size;
  }

  /** The steps that were taken in a real world. */
  get stepCount(): number {
    return this.#transitions.size;
  }

  async begin(): Promise<ServerState> {
    const world = await World.open(this.#grantor, this.#makeStores(), this.#mutation);
    return this.#stateOf(world, []);
  }

  step(state: ServerState, step: ServerStep): Transition | Promise<Transition> {
    const key = keyOf(state, step);
    return this.#transitions.get(key) ?? this.#take(key, state, step);
  }

  async #take(key: string, { path }: ServerState, step: ServerStep): Promise<Transition> {
    const world = await World.open(this.#grantor, this.#makeStores(), this.#mutation);
    for (const earlier of path) await world.perform(earlier);
    const effects = await world.perform(step);
    const transition = { ...effects, state: await this.#stateOf(world, [...path, step]) };
    await world.abandon();
    this.#transitions.set(key, transition);
    return transition;
  }

  async #stateOf(world: World, path: readonly ServerStep[]): Promise<ServerState> {
    const [signature, isHeard, isAllowed] = [await world.signature(), await world.isHeard(), await world.isAllowed()];
    const found = this.#states.get(signature);
    if (found !== undefined) return found;
    const state = { number: this.#states.size, path, isHeard, isAllowed, waiting: world.waiting };
    this.#states.set(signature, state);
    return state;
  }
}

function keyOf({ number }: ServerState, step: ServerStep): string {
  return `${number} ${JSON.stringify(step)}`;
}
