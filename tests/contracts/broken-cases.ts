import { casesOf, type Suite } from "./suite.ts";

/** Titles of a contract's cases that its subject fails. `only`: a part of the titles of the cases to run. */
export async function brokenCases(contract: (suite: Suite) => void, only = ""): Promise<readonly string[]> {
  const cases = casesOf(contract).filter(({ title }) => title.includes(only));
  if (cases.length === 0) throw new Error(`The contract has no case "${only}"`);
  const broken: string[] = [];
  for (const { title, run } of cases) {
    await run().catch(() => broken.push(title));
  }
  return broken;
}
