import { describe, expect, it } from "vitest";
import { projectTemplate, replaced } from "../../../packages/emulator/tests/support/project-template.ts";
import { checkStage } from "../../../src/entrypoints/local/start-local-stack.ts";

const template = projectTemplate();
const fixed = replaced(template, "StageName: !Ref StageName", "StageName: live");

function check(text: string, stage: string, parameters: Readonly<Record<string, string>> = {}) {
  return () => checkStage(text, { stage, parameters, port: 3001 });
}

describe("the stage of npm start", () => {
  it("may be any if the template has it as a parameter", () => {
    expect(check(template, "dev")).not.toThrow();
    expect(check(template, "other")).not.toThrow();
  });

  it("must be the template's own if it is fixed", () => {
    expect(check(fixed, "live")).not.toThrow();
    expect(check(fixed, "other")).toThrow("the stage cannot be other: infra/template.yaml calls it live");
  });

  it("is the template's if no other is asked for", () => {
    expect(check(fixed, "dev")).not.toThrow();
  });

  it("is checked by the template's own rule", () => {
    expect(check(replaced(template, /( {2}StageName:\n)/, "$1    MaxLength: 3\n"), "other")).toThrow(
      /^parameter StageName /,
    );
  });
});
