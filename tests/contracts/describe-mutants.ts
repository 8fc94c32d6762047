import { expect, it } from "vitest";
import { brokenCases } from "./broken-cases.ts";
import { casesOf, type Suite } from "./suite.ts";

/** A subject's mistake, and parts of the titles of the cases that find it: each of these cases fails. */
export type Mutant<Subject> = readonly [what: string, subject: Subject, foundBy: readonly string[]];

/**
 * The test of a contract: it passes every correct subject, finds each mutant, and each of its cases finds a mutant.
 */
export function describeMutants<Subject>(
  contract: (subject: Subject, suite: Suite) => void,
  right: Readonly<Record<string, Subject>>,
  mutants: readonly Mutant<Subject>[],
): void {
  const titlesFor = (subject: Subject) => casesOf((suite) => contract(subject, suite)).map(({ title }) => title);
  const titles = [...new Set(Object.values(right).flatMap(titlesFor))];

  it.each(Object.entries(right))(
    "passes %s, also in a second run",
    async (_what, subject) => {
      const runs = [1, 2].map(() => brokenCases((suite) => contract(subject, suite)));
      expect(await Promise.all(runs)).toEqual([[], []]);
    },
    60_000,
  );

  it.each(mutants)(
    "finds one that %s",
    async (_what, subject, foundBy) => {
      for (const part of foundBy) {
        const broken = await brokenCases((suite) => contract(subject, suite), part);
        expect(broken).toEqual(titles.filter((title) => title.includes(part)));
      }
    },
    60_000,
  );

  it("has no case that finds no mutant", () => {
    const found = mutants.flatMap(([, , foundBy]) => foundBy);
    expect(titles.filter((title) => !found.some((part) => title.includes(part)))).toEqual([]);
  });
}
