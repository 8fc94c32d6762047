import { describe, expect, it } from "vitest";
import { TemplateError } from "../../src/template/template-error.ts";
import { templateText } from "../../src/template/template-text.ts";

describe("the template's text", () => {
  it("is the file's text", () => {
    expect(templateText("infra/template.yaml")).toMatch(/^AWSTemplateFormatVersion/);
  });

  it.each([
    ["infra/none.yaml", "ENOENT"],
    ["infra", "EISDIR"],
  ])("%s is refused in one line", (file, code) => {
    const reading = () => templateText(file);

    expect(reading).toThrow(TemplateError);
    expect(reading).toThrow(`${file}: cannot be read (${code})`);
  });
});
