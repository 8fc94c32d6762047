import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { withEnvironment } from "../../src/lambda/process-environment.ts";

const HOST = "EMULATOR_TEST_HOST";

afterEach(() => {
  delete process.env[HOST];
});

describe("process.env of a function", () => {
  it("can be read, set, deleted, listed and copied", () => {
    const seen = withEnvironment({ NAME: "one", GONE: "x" }, () => {
      process.env["ADDED"] = "new";
      delete process.env["GONE"];
      return {
        value: process.env["NAME"],
        isIn: ["NAME" in process.env, "GONE" in process.env, "PATH" in process.env],
        keys: Object.keys(process.env),
        entries: Object.entries(process.env),
        copy: { ...process.env },
        json: JSON.stringify(process.env),
        printed: inspect(process.env),
      };
    });

    const variables = { NAME: "one", ADDED: "new" };
    expect(seen).toEqual({
      ...{ value: "one", isIn: [true, false, false], keys: ["NAME", "ADDED"], entries: Object.entries(variables) },
      ...{ copy: variables, json: JSON.stringify(variables), printed: inspect(variables) },
    });
  });

  it.each([
    [1, "1"],
    [undefined, "undefined"],
    [true, "true"],
  ])("holds texts: %s becomes %j, as in Node.js", (value, text) => {
    const set = (name: string) => Object.assign(process.env, { [name]: value })[name];

    expect(withEnvironment({}, () => set(HOST))).toBe(text);
    expect(set(HOST)).toBe(text);
  });

  it("holds no symbol, as in Node.js", () => {
    const set = () => Object.assign(process.env, { [HOST]: Symbol("x") });

    expect(set).toThrow(TypeError);
    expect(() => withEnvironment({}, set)).toThrow(TypeError);
  });

  it("lasts from one call of the function to the next", () => {
    const environment = {};
    withEnvironment(environment, () => Object.assign(process.env, { CALLS: "1" }));

    expect(withEnvironment(environment, () => process.env["CALLS"])).toBe("1");
  });

  it("is what `env` of node:process is, in modules that load in the function", async () => {
    const module = `data:text/javascript,${encodeURIComponent(`
      import { env } from "node:process";
      import process from "node:process";
      export const loaded = env.NAME;
      export const later = () => [env.NAME, process.env.NAME];`)}`;
    const { loaded, later } = await withEnvironment({ NAME: "one" }, () => import(module));

    expect(loaded).toBe("one");
    expect(withEnvironment({ NAME: "two" }, later)).toEqual(["two", "two"]);
    expect(later()).toEqual([undefined, undefined]);
  });

  it("is what a child process inherits", () => {
    const print = () => spawnSync(process.execPath, ["-p", "process.env.NAME"], { encoding: "utf8" }).stdout.trim();

    expect(withEnvironment({ NAME: "one" }, print)).toBe("one");
    expect(print()).toBe("undefined");
  });

  it("stays its own across awaits, timers and callbacks, with other functions at work", async () => {
    const run = (name: string) =>
      withEnvironment({ NAME: name }, async () => {
        const seen: unknown[] = [process.env["NAME"]];
        const see = () => seen.push(process.env["NAME"]);
        process.env["SET"] = `by ${name}`;
        await sleep(5);
        see();
        await new Promise<void>((resolve) => setTimeout(() => resolve(void see()), 5));
        await new Promise<void>((resolve) => setImmediate(() => resolve(void see())));
        await new Promise<void>((resolve) => process.nextTick(() => resolve(void see())));
        await Promise.all([1, 2].map(async () => void see()));
        return [...seen, process.env["SET"]];
      });

    const names = ["one", "two", "three"];
    expect(await Promise.all(names.map(run))).toEqual(
      names.map((name) => [...Array.from({ length: 7 }, () => name), `by ${name}`]),
    );
  });
});

describe("process.env of the host", () => {
  it("is unchanged by functions, and hidden from them", async () => {
    process.env[HOST] = "own";
    const before = { ...process.env };
    const running = withEnvironment({ NAME: "one" }, async () => {
      process.env["PATH"] = "/nowhere";
      delete process.env[HOST];
      await sleep(5);
      return process.env[HOST];
    });
    expect({ ...process.env }).toEqual(before);

    expect(await running).toBeUndefined();
    expect({ ...process.env }).toEqual(before);
  });

  it("can still be set, deleted and printed, and child processes inherit it", () => {
    withEnvironment({}, () => undefined);
    process.env[HOST] = "set";
    expect(inspect(process.env, { maxArrayLength: null, breakLength: 1 })).toContain(`${HOST}: 'set'`);
    const print = `process.env.${HOST}`;
    expect(spawnSync(process.execPath, ["-p", print], { encoding: "utf8" }).stdout).toBe("set\n");

    delete process.env[HOST];
    expect(HOST in process.env).toBe(false);
  });
});
