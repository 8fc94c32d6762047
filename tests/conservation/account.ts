import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import { EVENTS, eventOf } from "./traffic.ts";

/** Dead letters are `givenUp` by the fan-out, with a reason, or `poisoned`, by a queue after too many receives. */
const MARKS = { delivered: 1, gone: 2, givenUp: 4, poisoned: 8 } as const;

export type Mark = keyof typeof MARKS;

/** No event has more recipients. */
const PLACES = 8;

/** The outcome for every recipient of every event, a byte for each. */
export class Account {
  readonly #marks = new Uint8Array(EVENTS * PLACES);
  /** Events that a recipient received twice. */
  readonly repeated = new Set<number>();
  /** Events that a process was handling when it ended. */
  readonly interrupted = new Set<number>();
  /** The number of posts to connections outside of the audience. */
  strays = 0;

  enter(event: number, id: ConnectionId, mark: Mark): void {
    const place = placeOf(event, id);
    if (place === undefined) {
      this.strays += 1;
      return;
    }
    if (mark === "delivered" && this.#has(place, mark)) this.repeated.add(event);
    this.#marks[place] = (this.#marks[place] ?? 0) | MARKS[mark];
  }

  eventsWith(mark: Mark): readonly number[] {
    const all = Array.from({ length: EVENTS }, (_, event) => event);
    return all.filter((event) => this.#places(event).some((place) => this.#has(place, mark)));
  }

  /** Counts each recipient once: as delivered if a post arrived, whatever else happened. */
  balance() {
    const counts = { expected: 0, delivered: 0, gone: 0, givenUp: 0, poisoned: 0, unexplained: 0 };
    for (let event = 0; event < EVENTS; event += 1) {
      for (const place of this.#places(event)) {
        counts.expected += 1;
        counts[(Object.keys(MARKS) as Mark[]).find((mark) => this.#has(place, mark)) ?? "unexplained"] += 1;
      }
    }
    return counts;
  }

  #places(event: number): readonly number[] {
    return eventOf(event).recipients.map((_, index) => event * PLACES + index);
  }

  #has(place: number, mark: Mark): boolean {
    return ((this.#marks[place] ?? 0) & MARKS[mark]) !== 0;
  }
}

function placeOf(event: number, id: ConnectionId): number | undefined {
  const index = eventOf(event).recipients.indexOf(id);
  return index < 0 ? undefined : event * PLACES + index;
}
