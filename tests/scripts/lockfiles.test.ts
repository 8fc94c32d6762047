import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

type Entry = {
  readonly integrity?: string;
  readonly resolved?: string;
  /** A package inside another package's archive, whose hash covers it. */
  readonly inBundle?: boolean;
  readonly link?: boolean;
};

const lockfiles = globSync("**/package-lock.json", { exclude: (name) => name === "node_modules" });

function entriesOf(lockfile: string): readonly (readonly [string, Entry])[] {
  const { packages } = JSON.parse(readFileSync(lockfile, "utf8")) as { packages: Record<string, Entry> };
  return Object.entries(packages).filter(([folder, { link }]) => folder.includes("node_modules/") && link !== true);
}

it("finds every lockfile of the project", () => {
  expect([...lockfiles].sort()).toEqual([
    "infra/checks/package-lock.json",
    "package-lock.json",
    "toolchain/package-lock.json",
  ]);
});

describe.each(lockfiles)("%s", (lockfile) => {
  // npm leaves the hash out for packages of other platforms that it did not download; `npm view NAME@VERSION
  // dist.integrity` answers with it.
  it("has a hash for each archive, including other platforms", () => {
    const entries = entriesOf(lockfile).filter(([, { inBundle }]) => inBundle !== true);

    expect(entries.length).toBeGreaterThan(0);
    expect(entries.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? "")).map(([name]) => name)).toEqual([]);
  });

  it("names no registry", () => {
    expect(entriesOf(lockfile).filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });
});
