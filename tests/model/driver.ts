import type { Step } from "./command.ts";
import { notify } from "./functions.ts";
import { performCommand } from "./perform-command.ts";
import type { Simulation } from "./simulation.ts";

/** Far more rounds than all attempts and receives of a delivery take. */
const MAX_ROUNDS = 500;

/** Starts commands, polls the queue for the functions that notify, and runs turns: all of it overlaps. */
export class Driver {
  readonly #simulation: Simulation;
  #broken: { readonly by: unknown } | undefined;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** Returns after the step's turns, even if the command has not ended. */
  async step({ command, turns }: Step): Promise<void> {
    this.#start(performCommand(this.#simulation, command));
    this.#poll();
    await this.#simulation.environment.turns.run(turns);
    this.#poll();
  }

  /** Runs, and advances the clock, until everything has ended and the queue is empty. */
  async settle(): Promise<void> {
    const { environment, clock, violations, queue } = this.#simulation;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      await environment.turns.run();
      if (this.#broken !== undefined) throw this.#broken.by;
      const next = queue.nextVisibleAt;
      if (next === undefined) return;
      clock.advance(Math.max(0, next - clock.now()) / 1000);
      this.#poll();
    }
    violations.expect(false, "inv:13", "messages that stay in the queue for ever");
  }

  #poll(): void {
    const { queue, conditions } = this.#simulation;
    for (let more = true; more; ) {
      const batch = queue.receive(conditions.batchSize);
      for (const message of queue.dead.splice(0)) {
        this.#simulation.publication(message).deadLettered.push(message.read(message.body).to);
        this.#simulation.noteIfSettled(message);
      }
      if (batch.length > 0) this.#start(notify(this.#simulation, batch));
      more = batch.length > 0;
    }
  }

  /** An error here is a fault of the test itself. */
  #start(activity: Promise<void>): void {
    activity.catch((thrown: unknown) => {
      this.#broken ??= { by: thrown };
    });
  }
}
