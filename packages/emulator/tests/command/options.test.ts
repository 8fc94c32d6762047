import { describe, expect, it } from "vitest";
import { HELP, readOptions } from "../../src/command/options.ts";

describe("the flags of portcullis-emulator", () => {
  it("have defaults", () => {
    expect(readOptions([], {})).toEqual({ template: "template.yaml", port: 3001 });
  });

  it("set the options of runTemplate; the last of two counts, and parameters add up", () => {
    const args = [
      "--template",
      "a.yaml",
      "--template=b.yaml",
      "--parameter",
      "One=1",
      "--parameter",
      "Two=a=b",
      "--watch",
    ];
    expect(readOptions([...args, "--port", "4000", "--dynamodb-endpoint", "http://localhost:8000"], {})).toEqual({
      template: "b.yaml",
      parameters: { One: "1", Two: "a=b" },
      port: 4000,
      endpoints: { dynamodb: "http://localhost:8000" },
      watch: true,
    });
  });

  it("set a clock, faults with their seed, and where to listen", () => {
    const args = ["--clock", "2026-12-24T18:00:00Z,stopped", "--fault", "cut", "--fault", "half-open,rate=0.5"];
    const listening = [
      "--host",
      "0.0.0.0",
      "--host-name",
      "a",
      "--host-name",
      "b",
      "--key",
      "k".repeat(16),
      "--frames",
    ];
    const options = readOptions([...args, "--fault-seed", "7", ...listening], {});
    expect(options?.clock?.now()).toBe(Date.UTC(2026, 11, 24, 18));
    expect(options?.faults?.seed).toBe(7);
    expect(options?.faults?.list()).toMatchObject([{ kind: "cut" }, { kind: "half-open", rate: 0.5 }]);
    expect(options).toMatchObject({ host: "0.0.0.0", hostNames: ["a", "b"], key: "k".repeat(16), frames: true });
  });

  it("are all in the help text, which any of them may ask for", () => {
    expect(readOptions(["--watch", "--help"], {})).toBeUndefined();
    for (const flag of ["--template <path>", "--parameter <K=V>", "--port <number>", "--watch", "--help"]) {
      expect(HELP).toContain(`\n  ${flag} `);
    }
  });

  it.each([
    [["--port", "0"], "--port must be a whole number from 1 to 65535"],
    [["--port", "secret"], "--port must be a whole number from 1 to 65535"],
    [["--host", "secret:3001/"], "--host must be an address or a name, without a port"],
    [["--parameter", "secret"], "--parameter must be Name=Value"],
    [["--dynamodb-endpoint", "localhost:8000"], "--dynamodb-endpoint must be a URL, such as http://127.0.0.1:8000"],
    [["--key", "short"], "--key must be 16 to 128 letters, digits, hyphens and underscores"],
    [["--fault-seed", "secret"], "--fault-seed must be a whole number of at most 10 digits"],
    [
      ["--clock", "secret"],
      "--clock must be a time such as 2026-12-24T18:00:00Z, or +2h, and `stopped`, parted by a comma",
    ],
    [["secret"], "only flags are understood, as --template template.yaml (--help lists the flags)"],
    [["--stage", "dev"], "Unknown option '--stage' (--help lists the flags)"],
  ])("that are wrong are refused in one line, which repeats no value: %j", (args, message) => {
    expect(() => readOptions(args, {})).toThrow(expect.objectContaining({ name: "UsageError", message }));
  });

  it.each(["planted", "cut,by=planted", "connections-api,status=planted"])("a fault that is wrong: %s", (text) => {
    expect(() => readOptions(["--fault", text], {})).toThrow(
      expect.objectContaining({ name: "FaultError", message: expect.not.stringContaining("planted") }),
    );
  });

  it("that npm took are named", () => {
    const environment = { npm_lifecycle_event: "emulate", npm_config_dynamodb_endpoint: "http://x" };
    expect(() => readOptions([], environment)).toThrow(
      "npm took --dynamodb-endpoint for itself: write -- before the flags, as in npm run --silent emulate -- --dynamodb-endpoint …",
    );
  });
});
