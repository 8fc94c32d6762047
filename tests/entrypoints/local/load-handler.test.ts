import { globSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  describeTemplate,
  EVERY_FUNCTION,
  projectTemplate,
  replaced,
} from "../../../packages/emulator/tests/support/project-template.ts";
import { handlerFile } from "../../../src/entrypoints/local/load-handler.ts";

const template = projectTemplate();

/** Files of the functions that a template declares. */
function filesOf(text: string): readonly string[] {
  return describeTemplate(text, EVERY_FUNCTION).functions.map((fn) => fileURLToPath(handlerFile(fn)));
}

function lineOf(text: string, piece: string): number {
  return text.slice(0, text.indexOf(piece)).split("\n").length;
}

describe("the handlers of the template's functions", () => {
  it("are all files of src/entrypoints/lambda/functions, one for each function", () => {
    const files = globSync("src/entrypoints/lambda/functions/*.ts").map((file) => basename(file));

    expect(
      filesOf(template)
        .map((file) => basename(file))
        .toSorted(),
    ).toEqual(files.toSorted());
  });

  it.each([
    [
      "CodeUri: ../dist/connect/",
      "CodeUri: ../dist/conect/",
      "Connect.CodeUri has no handler: there is no file conect.ts",
    ],
  ])("%s changed to %s is refused in one line", (piece, replacement, message) => {
    const text = replaced(template, piece, replacement);

    expect(() => filesOf(text)).toThrow(`infra/template.yaml:${lineOf(text, replacement)}: ${message}`);
  });

  it("a Handler that the build does not make is refused", () => {
    const text = replaced(template, "Handler: index.handler", "Handler: main.handler");

    expect(() => filesOf(text)).toThrow("Authorizer.Handler must be index.handler, the name that the build gives it");
  });
});
