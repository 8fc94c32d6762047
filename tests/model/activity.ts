import type { Step } from "./command.ts";
import { notify } from "./functions.ts";
import { performCommand } from "./perform-command.ts";
import type { World } from "./world.ts";

/** Far more than any delivery's attempts and receives come to. */
const MAX_ROUNDS = 500;

/** What goes on at once: commands under way, and functions polling the queue. */
export class Activity {
  readonly #world: World;
  #broken: { readonly by: unknown } | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  /** Returns when the turns have been given, whether or not the command has ended. */
  async step({ command, turns }: Step): Promise<void> {
    this.#start(performCommand(this.#world, command));
    this.#poll();
    await this.#world.around.turns.give(turns);
    this.#poll();
  }

  /** Until everything has ended and the queue is empty, however long that takes in the world's time. */
  async settle(): Promise<void> {
    const { around, clock, findings, queue } = this.#world;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      await around.turns.give();
      if (this.#broken !== undefined) throw this.#broken.by;
      const next = queue.nextVisibleAt;
      if (next === undefined) return;
      clock.advance(Math.max(0, next - clock.now()) / 1000);
      this.#poll();
    }
    findings.expect(false, "I13", "messages that never come to an end");
  }

  #poll(): void {
    const { queue, conditions } = this.#world;
    for (let more = true; more; ) {
      const batch = queue.receive(conditions.batchSize);
      for (const message of queue.dead.splice(0)) {
        this.#world.publication(message).putAside.push(message.read(message.body).to);
        this.#world.noteIfSettled(message);
      }
      if (batch.length > 0) this.#start(notify(this.#world, batch));
      more = batch.length > 0;
    }
  }

  /** An error here is one of the test's own. */
  #start(activity: Promise<void>): void {
    activity.catch((thrown: unknown) => {
      this.#broken ??= { by: thrown };
    });
  }
}
