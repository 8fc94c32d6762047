import { describe, expect, it } from "vitest";
import { UsageError } from "../../../../src/entrypoints/local/command-line.ts";
import { templateText } from "../../src/template/template-text.ts";

const ROOT = new URL("../../../../", import.meta.url);

describe("the template's text", () => {
  it("is that of the file", () => {
    expect(templateText("infra/template.yaml", ROOT)).toMatch(/^AWSTemplateFormatVersion/);
  });

  it.each([
    ["infra/none.yaml", "ENOENT"],
    ["infra", "EISDIR"],
  ])("%s is refused in one line", (file, code) => {
    const reading = () => templateText(file, ROOT);

    expect(reading).toThrow(UsageError);
    expect(reading).toThrow(`${file} cannot be read (${code})`);
  });
});
