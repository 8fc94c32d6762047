import { onTestFinished } from "vitest";
import type { EmulatorEvent, RunTemplateOptions } from "../../src/index.ts";
import { runTemplate } from "../../src/index.ts";
import type { Json } from "./test-runtime.ts";

type Output = Parameters<NonNullable<RunTemplateOptions["output"]>>[0];

/** A template of tests/fixtures that runs until the test ends. Without a test, the caller closes it. */
export async function runFixture(template: RunTemplateOptions["template"], options: Partial<RunTemplateOptions> = {}) {
  const warnings: string[] = [];
  const output: Output[] = [];
  const events: EmulatorEvent[] = [];
  const running = await runTemplate({
    template,
    warn: (line) => warnings.push(line),
    output: (line) => output.push(line),
    observer: (event) => events.push(event),
    ...options,
  });
  /** The function's result, or its error. */
  async function invoke(name: string, event: object = {}): Promise<Json> {
    const url = `${running.endpoint}/2015-03-31/functions/${name}/invocations`;
    return (await fetch(url, { method: "POST", body: JSON.stringify(event) })).json();
  }
  return { ...running, invoke, warnings, output, events };
}

export async function runFixtureInTest(...args: Parameters<typeof runFixture>) {
  const running = await runFixture(...args);
  onTestFinished(() => running.close());
  return running;
}
