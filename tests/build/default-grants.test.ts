import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkDefaultGrants } from "../../scripts/check-default-grants.ts";
import { DEFAULT_GRANTS_EXPECTED } from "../../src/domain/grants/default-grants.ts";

const folder = mkdtempSync(join(tmpdir(), "portcullis-samconfig-"));
const file = join(folder, "samconfig.toml");

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function check(text: string): void {
  writeFileSync(file, text);
  checkDefaultGrants(file);
}

describe("npm run build", () => {
  it.each([
    ["one that ends inside a user id", 'parameter_overrides = "Production=false DefaultGrants=subscribe:{userId}*"'],
    ["one before a character of user ids", 'parameter_overrides = "DefaultGrants=subscribe:{userId}-* StageName=dev"'],
    ["none at all", 'parameter_overrides = "DefaultGrants= StageName=dev"'],
    ["one in a list", 'parameter_overrides = ["StageName=dev", "DefaultGrants=publish:*"]'],
    ["one in a list of lines", 'parameter_overrides = [\n  "StageName=dev",\n  "DefaultGrants=publish:*",\n]'],
    ["one in quotes", String.raw`parameter_overrides = "StageName=dev DefaultGrants=\"subscribe:a, subscribe:b\""`],
    ["one in single quotes", "parameter_overrides = 'DefaultGrants=subscribe:a*b'"],
    ["one behind a comment", '# "\nparameter_overrides = "DefaultGrants=*" # every'],
  ])("fault:K13 refuses default grants that the functions would refuse: %s", (_what, line) => {
    const place = line.slice(0, line.indexOf("DefaultGrants")).split("\n").length + 2;

    expect(() => check(`version = 0.1\n[prod.deploy.parameters]\n${line}\n`)).toThrow(
      new Error(`${file}:${place}: DefaultGrants ${DEFAULT_GRANTS_EXPECTED}`),
    );
  });

  it("fault:K13 names every place", () => {
    const line = 'parameter_overrides = "DefaultGrants=all"\n';

    expect(() => check(`[a.deploy.parameters]\n${line}[b.deploy.parameters]\n${line}`)).toThrow(/:2: .*; .*:4: /);
  });

  it.each([
    ["without a wildcard", 'parameter_overrides = "DefaultGrants=subscribe:user/{userId}/inbox"'],
    ["several", 'parameter_overrides = "Production=true DefaultGrants=subscribe:user/{userId}/*,subscribe:news-*"'],
    ["none", "parameter_overrides = 'DefaultGrants=none'"],
    ["in quotes", String.raw`parameter_overrides = "DefaultGrants=\"subscribe:*\""`],
    ["absent, for who gives them on the command line", 'parameter_overrides = "Production=true"'],
    ["only in a comment", '# parameter_overrides = "DefaultGrants=all"'],
    ["a parameter whose name ends alike", 'parameter_overrides = "NoDefaultGrants=all"'],
  ])("accepts default grants: %s", (_what, line) => {
    expect(() => check(line)).not.toThrow();
  });

  it("accepts the file of this repository, and that it was removed", () => {
    expect(() => checkDefaultGrants()).not.toThrow();
    expect(() => checkDefaultGrants(join(folder, "no-such-file"))).not.toThrow();
  });
});
