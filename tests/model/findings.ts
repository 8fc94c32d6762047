/** threats.md, section 5.2. */
export type Invariant = "I1" | "I2" | "I3" | "I4" | "I6" | "I12" | "I13" | "I14" | "I15" | "I19";

export type Finding = { readonly invariant: Invariant; readonly what: string };

/** Everything that a run showed to be wrong, in the order in which it showed. */
export class Findings {
  readonly all: Finding[] = [];

  expect(holds: boolean, invariant: Invariant, what: string): void {
    if (!holds) this.all.push({ invariant, what });
  }
}
