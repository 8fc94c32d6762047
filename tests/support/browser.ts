import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** The path of a Chromium, or an empty text. */
    browser: string;
  }
}

/** The names that Debian, Ubuntu, Fedora and Google give it. */
const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** Looks for a browser once per run. Without one the tests are skipped; in CI they fail. */
export function setup(project: TestProject): void {
  const found = candidates().find(isExecutable);
  if (found === undefined && process.env["CI"] === "true") throw new Error("CI needs a Chromium");
  if (found === undefined) console.warn("No Chromium on the PATH: the tests in a real browser are skipped.");
  project.provide("browser", found ?? "");
}

function candidates(): readonly string[] {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
