import { readFileSync } from "node:fs";
import { localCallerArn, type Quotas, type RunningTemplate, runTemplate } from "@portcullis/emulator";
import { UsageError } from "./command-line.ts";
import { makeFrontPage } from "./front-page.ts";
import { loadHandler } from "./load-handler.ts";
import { DEFAULT_STAGE, type Options } from "./options.ts";
import { localOverrides } from "./overrides.ts";
import { makePrintEvents } from "./print-events.ts";

const TEMPLATE = "infra/template.yaml";
const ROOT = new URL("../../../", import.meta.url);

/**
 * Runs the resources of the template, as they would be deployed with these options. Handlers load once in a process.
 */
export async function startLocalStack(
  options: Options,
  { quotas, warn }: { readonly quotas?: Quotas; readonly warn: (line: string) => void },
): Promise<RunningTemplate> {
  const { stage, parameters } = options;
  // As in Lambda. All functions share this process, and a process has one time zone.
  process.env["TZ"] = "UTC";
  const running = await runTemplate({
    template: { file: TEMPLATE, text: templateText() },
    parameters,
    // The local caller may replay events.
    preferredParameters: { MintTestTokens: "true", ReplayPrincipals: localCallerArn(), StageName: stage },
    loadFunction: loadHandler,
    overrides: (_fn, addresses) => localOverrides(options, addresses),
    port: options.port,
    account: { apiId: "portcullis" },
    observer: makePrintEvents(warn),
    ...(quotas && { quotas }),
    services: ({ stage: ofTemplate }) => [makeFrontPage(ofTemplate)],
    warn,
  });
  if (stage === running.stage || stage === DEFAULT_STAGE || "StageName" in parameters) return running;
  await running.close();
  throw new UsageError(`the stage cannot be ${stage}: ${TEMPLATE} calls it ${running.stage}`);
}

function templateText(): string {
  try {
    return readFileSync(new URL(TEMPLATE, ROOT), "utf8");
  } catch (error) {
    throw new UsageError(`${TEMPLATE} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
