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

  it("are all in the help text, which any of them may ask for", () => {
    expect(readOptions(["--watch", "--help"], {})).toBeUndefined();
    for (const flag of ["--template <path>", "--parameter <K=V>", "--port <number>", "--watch", "--help"]) {
      expect(HELP).toContain(`\n  ${flag} `);
    }
  });

  it.each([
    [["--port", "0"], "--port must be a whole number from 1 to 65535"],
    [["--port", "secret"], "--port must be a whole number from 1 to 65535"],
    [["--parameter", "secret"], "--parameter must be Name=Value"],
    [["--dynamodb-endpoint", "localhost:8000"], "--dynamodb-endpoint must be a URL, such as http://127.0.0.1:8000"],
    [["secret"], "only flags are understood, as --template template.yaml (--help lists the flags)"],
    [["--stage", "dev"], "Unknown option '--stage' (--help lists the flags)"],
  ])("that are wrong are refused in one line, which repeats no value: %j", (args, message) => {
    expect(() => readOptions(args, {})).toThrow(expect.objectContaining({ name: "UsageError", message }));
  });

  it("that npm took are named", () => {
    const environment = { npm_lifecycle_event: "emulate", npm_config_dynamodb_endpoint: "http://x" };
    expect(() => readOptions([], environment)).toThrow(
      "npm took --dynamodb-endpoint for itself: write -- before the flags, as in npm run emulate -- --dynamodb-endpoint …",
    );
  });
});
