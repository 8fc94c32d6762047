import { basename } from "node:path";
import {
  describeTemplate,
  EVERY_FUNCTION,
  projectTemplate,
} from "../packages/emulator/tests/support/project-template.ts";

/** The memory at which a function has one core. AWS Lambda Developer Guide, "Configure Lambda function memory". */
const ONE_CORE_MEGABYTES = 1769;

/** What `shareOfCore` rests on, for the tables that are computed with it. */
export const CPU_ASSUMPTION =
  "Assumed: Lambda initialises a function unthrottled, and a call has memory / 1,769 MB of a core, one at most (AWS's " +
  "documentation: at 1,769 MB a function has one vCPU).";

/** A call has a share of a core in proportion to the memory. Our functions use one core at most. */
export function shareOfCore(megabytes: number): number {
  return Math.min(1, megabytes / ONE_CORE_MEGABYTES);
}

/** The memory that the template gives each function, by the name of its folder in dist. */
export function templateMegabytes(): ReadonlyMap<string, number> {
  const { functions } = describeTemplate(projectTemplate(), EVERY_FUNCTION);
  return new Map(functions.map(({ codeUri, memoryMegabytes }) => [basename(codeUri), memoryMegabytes]));
}
