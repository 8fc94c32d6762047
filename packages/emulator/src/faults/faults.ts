import { noObserve, type Observe } from "../observer.ts";
import { type Fault, FaultError, parseFault, parseFaultText } from "./fault.ts";
import { type EmulatorFault, FAULT_KINDS, type FaultKinds } from "./fault-kinds.ts";
import { faultText } from "./fault-text.ts";
import { seededRandom } from "./random.ts";

/** A fault with its effect and the number of times that it has struck. */
export type FaultReport = Fault & { readonly struck: number; readonly effect: string };

type Active = { readonly fault: Fault; struck: number };

export type FaultsOptions = {
  /** Decides when faults with a rate strike. By default it differs from run to run. */
  readonly seed?: number;
  /** Kinds of the program's own, beside those of the emulator. The program asks for them itself. */
  readonly kinds?: FaultKinds;
};

/** Each frame and each invocation asks all of them. */
const MAX_FAULTS = 100;

/** The faults that are to happen. None by default. */
export class Faults {
  readonly kinds: FaultKinds;
  #seed: number;
  #random: () => number;
  #active: readonly Active[] = [];
  #observe: Observe = noObserve;
  readonly #listeners = new Map<string, (fault: Fault) => void>();

  constructor({ seed = Math.floor(Math.random() * 2 ** 31), kinds = {} }: FaultsOptions = {}) {
    this.kinds = { ...FAULT_KINDS, ...kinds };
    this.#seed = seed;
    this.#random = seededRandom(seed);
  }

  get seed(): number {
    return this.#seed;
  }

  /** Puts faults in the place of those before. The seed begins anew. Throws FaultError, and then nothing has changed. */
  set(faults: readonly (EmulatorFault | Readonly<Record<string, unknown>>)[], seed: number = this.#seed): void {
    checkNumber(faults.length);
    this.#replace(
      faults.map((fault) => parseFault(fault, this.kinds)),
      seed,
    );
  }

  /** Adds a fault as a flag has it: `connections-api,status=410,rate=0.1`. Throws FaultError. */
  add(text: string): void {
    const fault = parseFaultText(text, this.kinds);
    checkNumber(this.#active.length + 1);
    this.#active = [...this.#active, { fault, struck: 0 }];
    this.#begin([fault]);
  }

  clear(): void {
    this.#replace([], this.#seed);
  }

  list(): readonly FaultReport[] {
    return this.#active.map(({ fault, struck }) => ({
      ...fault,
      struck,
      effect: this.kinds[fault.kind]?.effect ?? "",
    }));
  }

  /** The fault if one of this kind strikes now. `target` is the name of the function, queue, connection or secret. */
  strikes(kind: string, target = ""): Fault | undefined {
    // Almost always there is none: this is asked for every frame.
    if (this.#active.length === 0) return undefined;
    const struck = this.#active.find((active) => concerns(active, kind, target) && this.#random() < active.fault.rate);
    if (struck === undefined) return undefined;
    struck.struck += 1;
    this.#observe({ kind: "fault-struck", fault: kind, target });
    return struck.fault;
  }

  /** The fault of a kind that holds all the time, as a wrong clock does. It has no rate and no count. */
  holding(kind: string, target = ""): Fault | undefined {
    return this.#active.find((active) => concerns(active, kind, target))?.fault;
  }

  /** A list in another order, by the seed. */
  shuffled<Item>(items: readonly Item[]): Item[] {
    return items
      .map((item) => ({ item, place: this.#random() }))
      .sort((one, other) => one.place - other.place)
      .map(({ item }) => item);
  }

  /** Runs when a fault of this kind is set, and at once if one is set already. */
  onSet(kind: string, run: (fault: Fault) => void): void {
    this.#listeners.set(kind, run);
    for (const { fault } of this.#active) if (fault.kind === kind) run(fault);
  }

  /** Reports to this observer from now on. */
  reportTo(observe: Observe): void {
    this.#observe = observe;
    if (this.#active.length > 0) this.#report();
  }

  #replace(faults: readonly Fault[], seed: number): void {
    this.#seed = seed;
    this.#random = seededRandom(seed);
    this.#active = faults.map((fault) => ({ fault, struck: 0 }));
    this.#begin(faults);
  }

  #begin(faults: readonly Fault[]): void {
    this.#report();
    for (const fault of faults) this.#listeners.get(fault.kind)?.(fault);
  }

  #report(): void {
    this.#observe({
      kind: "faults-set",
      seed: this.#seed,
      faults: this.#active.map(({ fault }) => faultText(fault, this.kinds)),
    });
  }
}

function checkNumber(faults: number): void {
  if (faults > MAX_FAULTS) throw new FaultError(`there are at most ${MAX_FAULTS} faults at a time`);
}

function concerns({ fault, struck }: Active, kind: string, target: string): boolean {
  return fault.kind === kind && struck < fault.count && (fault.target === undefined || fault.target === target);
}
