import { AsyncLocalStorage } from "node:async_hooks";
import { DependencyUnavailableError } from "../../src/application/errors.ts";
import type { DeadLetters, DeliveryQueue } from "../../src/application/ports/delivery-queue.ts";
import type { SqsEvent } from "../support/emulator-parts.ts";

type Life = { dead: boolean; readonly die: () => void };

const lives = new AsyncLocalStorage<Life>();

/** A function whose process may end in the middle. Lambda then sees a failure and nothing of later calls. */
export function mortal<Answer>(
  handler: (event: SqsEvent, context: never) => Promise<Answer>,
  onDeath: (event: SqsEvent) => void,
) {
  return (event: SqsEvent, context: never): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const life: Life = {
        dead: false,
        die: () => {
          life.dead = true;
          onDeath(event);
          reject(new Error("Runtime exited"));
        },
      };
      lives.run(life, () => handler(event, context)).then(resolve, reject);
    });
}

export function endProcess(): void {
  lives.getStore()?.die();
}

export function isProcessDead(): boolean {
  return lives.getStore()?.dead ?? false;
}

/** Calls of a process that has ended have no effect. */
export function ofTheLiving(queue: DeliveryQueue & DeadLetters): DeliveryQueue & DeadLetters {
  const call = <T>(effect: () => Promise<T>): Promise<T> =>
    isProcessDead() ? Promise.reject(new DependencyUnavailableError("DELIVERY_QUEUE")) : effect();
  return {
    defer: (...order) => call(() => queue.defer(...order)),
    addDelivery: (...order) => call(() => queue.addDelivery(...order)),
    addRawMessage: (...order) => call(() => queue.addRawMessage(...order)),
  };
}
