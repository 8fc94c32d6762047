import { compileEventPattern } from "../eventbridge/event-pattern.ts";
import { InvalidEventPatternError } from "../eventbridge/pattern-operators.ts";
import type { EventSourceMappingDescription } from "../eventing.ts";
import { parseJson } from "../json.ts";
import type { Section } from "./section.ts";

/** Reads `FilterCriteria`. Throws TemplateError on a pattern that Lambda would refuse. */
export function readFilters(criteria: Section): Pick<EventSourceMappingDescription, "filterPatterns"> {
  if (!criteria.isGiven("Filters")) return {};
  return { filterPatterns: criteria.sections("Filters").map(readPattern) };
}

function readPattern(filter: Section): unknown {
  const pattern = parseJson(filter.text("Pattern"))?.value;
  if (pattern === undefined) throw filter.problem("Pattern", "is not JSON");
  try {
    compileEventPattern(pattern);
  } catch (error) {
    if (!(error instanceof InvalidEventPatternError)) throw error;
    throw filter.problem("Pattern", `is refused by Lambda: ${error.message}`);
  }
  return pattern;
}
