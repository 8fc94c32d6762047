import { describe, expect, it } from "vitest";
import { mutants, withoutSeqInUnaskedFrames } from "./mutants.ts";
import { type Finding, type Found, type Scenario, search } from "./search.ts";
import { dynamoStores, memoryStores, type WorldStores } from "./stores.ts";

type Row = {
  readonly makeStores: () => WorldStores;
  readonly what: string;
  readonly scenario: Scenario;
  /** Fewer states would mean that not everything was tried. */
  readonly least: number;
};

const rows: readonly Row[] = [
  {
    what: "five wishes, two lost answers, one withdrawal: more than 75,000 states",
    scenario: { grantor: "administrator", wishes: 5, losses: 2, changes: ["withdrawal"] },
    ...{ makeStores: memoryStores, least: 75_000 },
  },
  {
    what: "four wishes, one lost answer, a withdrawal, a later grant, one fault of a review: more than 22,000 states",
    scenario: { grantor: "administrator", wishes: 4, losses: 1, changes: ["withdrawal", "grant"], faults: 1 },
    ...{ makeStores: memoryStores, least: 22_000 },
  },
  {
    what: "three wishes, one lost answer, a token that grants nothing, one that grants it again: more than 35,000 states",
    scenario: { grantor: "token", wishes: 3, losses: 1, renewals: ["less", "more"], faults: 1 },
    ...{ makeStores: memoryStores, least: 35_000 },
  },
  {
    what: "on DynamoDB, four wishes, one lost answer, one withdrawal: more than 5000 states",
    scenario: { grantor: "administrator", wishes: 4, losses: 1, changes: ["withdrawal"] },
    ...{ makeStores: dynamoStores, least: 5000 },
  },
  {
    what: "on DynamoDB, three wishes, one lost answer, a withdrawal, a later grant: more than 8000 states",
    scenario: { grantor: "administrator", wishes: 3, losses: 1, changes: ["withdrawal", "grant"] },
    ...{ makeStores: dynamoStores, least: 8000 },
  },
  {
    what: "on DynamoDB, two wishes, one lost answer, a token that grants nothing, one that grants it again: more than 8000 states",
    scenario: { grantor: "token", wishes: 2, losses: 1, renewals: ["less", "more"] },
    ...{ makeStores: dynamoStores, least: 8000 },
  },
];

describe("in every order of requests, answers and unasked frames", () => {
  it.for(rows)(
    "no client is deaf, and no row is left: $what",
    { timeout: 180_000 },
    async ({ scenario, makeStores, least }, { annotate }) => {
      const found = await search(scenario, { makeStores });
      await annotate(`${found.states} states, ${found.quiet} of them quiet, over ${found.server.states} of the server`);
      expect(violationsIn(found)).toEqual([]);
      expect(found.states).toBeGreaterThan(least);
    },
  );

  it("a client is never deaf, but may be refused what it would hear, if unasked frames have no seq", async () => {
    const scenario: Scenario = { grantor: "administrator", wishes: 3, losses: 0, changes: ["withdrawal", "grant"] };
    const withSeq = await search(scenario);
    expect([...withSeq.findings.keys()]).toEqual(["refused and allowed"]);
    const without = await search(scenario, { broken: { server: withoutSeqInUnaskedFrames } });
    expect([...without.findings.keys()].toSorted()).toEqual(["refused and allowed", "refused and heard"]);
  }, 60_000);

  it("a client stays refused if the frame about an older token comes after the renewal that grants again", async () => {
    const scenario: Scenario = { grantor: "token", wishes: 1, losses: 0, renewals: ["less", "more"] };
    const { findings } = await search(scenario);
    expect([...findings.keys()]).toEqual(["refused and allowed"]);
    const [last] =
      findings
        .get("refused and allowed")
        ?.trace.filter((step) => step.startsWith("client <"))
        .slice(-1) ?? [];
    expect(last).toBe("client < unsubscribed (unasked) seq 2 FORBIDDEN");
  });
});

/** A test of the test: it finds every mutant. */
describe("the search finds", () => {
  it.for(mutants)("$what", { timeout: 60_000 }, async ({ scenario, broken, finding }, { annotate }) => {
    const { findings } = await search(scenario, { broken, until: finding });
    const { trace = [] } = findings.get(finding) ?? {};
    await annotate([finding, ...trace].join("\n"));
    expect([...findings.keys()]).toContain(finding);
    // The shortest way to it can be read.
    expect(trace.length).toBeLessThanOrEqual(15);
  });
});

/** All findings but those that the protocol allows: nobody is deaf by them. */
function violationsIn({ findings }: Found): readonly (readonly [string, readonly string[]])[] {
  const allowed: readonly Finding[] = ["refused and heard", "refused and allowed"];
  return [...findings].flatMap(([finding, { trace }]) =>
    allowed.includes(finding) ? [] : [[finding, trace] as const],
  );
}
