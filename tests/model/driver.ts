import { parseQueuedEnding } from "../../src/adapters/sqs/events/queued-ending.ts";
import { administer, collect } from "./administer.ts";
import type { Elapse, Step } from "./command.ts";
import { at, CONNECTIONS } from "./fixtures.ts";
import { notify } from "./functions.ts";
import { certainEnd } from "./life.ts";
import { performCommand } from "./perform-command.ts";
import type { Simulation } from "./simulation.ts";

/** Far more rounds than all attempts and receives of all messages take. */
const MAX_ROUNDS = 800;

/** Starts commands, the schedule, and the functions that have messages in their queues; and runs turns. All overlaps. */
export class Driver {
  readonly #simulation: Simulation;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** Returns after the step's turns, even if the command has not ended. */
  async step({ command, turns }: Step): Promise<void> {
    if (command.kind === "elapse" || command.kind === "elapse to the end") await this.elapse(this.#secondsOf(command));
    else this.#simulation.launch(performCommand(this.#simulation, command));
    this.#poll();
    await this.#simulation.environment.turns.run(turns);
    this.#poll();
  }

  #secondsOf(command: Elapse): number {
    if (command.kind === "elapse") return command.seconds;
    const { gateway, history } = this.#simulation;
    const socket = gateway.sockets.get(at(CONNECTIONS, command.connection).id);
    const end = socket === undefined ? 0 : certainEnd(socket, history);
    return Math.max(0, end - command.less - this.#simulation.nowSeconds());
  }

  /** Lets time pass from one event to the next; each has time for all its turns. */
  async elapse(seconds: number): Promise<void> {
    const { clock } = this.#simulation;
    const until = clock.now() + seconds * 1000;
    for (;;) {
      await this.#runAll();
      const next = Math.max(clock.now(), Math.min(until, this.#nextAt(until) ?? until));
      clock.advance((next - clock.now()) / 1000);
      this.#poll();
      if (clock.now() >= until) break;
    }
    await this.#runAll();
  }

  /** Runs, and advances the clock, until everything has ended and the queues are empty. */
  async settle(): Promise<void> {
    const { clock, violations, queue, adminQueue } = this.#simulation;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      await this.#runAll();
      const waiting = [queue.nextVisibleAt, adminQueue.nextVisibleAt].filter((at) => at !== undefined);
      if (waiting.length === 0) return;
      const message = Math.min(...waiting);
      const next = this.#simulation.schedule.nextAt(message) ?? message;
      clock.advance(Math.max(0, next - clock.now()) / 1000);
      this.#poll();
    }
    violations.expect(false, "inv:13", "messages that stay in the queue for ever");
  }

  async #runAll(): Promise<void> {
    await this.#simulation.environment.turns.run();
    if (this.#simulation.broken !== undefined) throw this.#simulation.broken.by;
  }

  #nextAt(until: number): number | undefined {
    const { queue, adminQueue, schedule } = this.#simulation;
    const waiting = [queue.nextVisibleAt, adminQueue.nextVisibleAt, schedule.nextAt(until)];
    const coming = waiting.filter((at) => at !== undefined);
    return coming.length === 0 ? undefined : Math.min(...coming);
  }

  #poll(): void {
    const simulation = this.#simulation;
    const { queue, adminQueue, conditions } = simulation;
    for (const run of simulation.schedule.due()) simulation.launch(collect(simulation, run));
    for (let more = true; more; ) {
      const batch = queue.receive(conditions.batchSize);
      for (const message of queue.dead.splice(0)) {
        simulation.publication(message).deadLettered.push(message.read(message.body).to);
        simulation.noteIfSettled(message);
      }
      if (batch.length > 0) simulation.launch(notify(simulation, batch));
      more = batch.length > 0;
    }
    for (let more = true; more; ) {
      const batch = adminQueue.receive(conditions.batchSize);
      for (const { body } of adminQueue.dead.splice(0))
        simulation.unended.push({ task: parseQueuedEnding(body).task, reason: "RECEIVED_TOO_OFTEN" });
      if (batch.length > 0) simulation.launch(administer(simulation, batch));
      more = batch.length > 0;
    }
  }
}
