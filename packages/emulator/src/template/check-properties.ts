import type { PropertyRule, PropertyTable } from "./property-table.ts";
import type { Section } from "./section.ts";
import type { TemplateLocation } from "./template-error.ts";

/** A property of the template without effect here. */
export type Unemulated = { readonly at: TemplateLocation; readonly path: string; readonly meaning: string };

/** The properties without effect here. Throws TemplateError on a property that is refused, or in no table. */
export function checkProperties(section: Section, table: PropertyTable): readonly Unemulated[] {
  return section.names
    .filter((name) => section.isGiven(name))
    .flatMap((name) => {
      const rule = Object.hasOwn(table, name) ? table[name] : undefined;
      if (rule === undefined) throw section.problem(name, "is not a property that the emulator knows: is it misspelt?");
      return checkProperty(section, name, rule);
    });
}

function checkProperty(section: Section, name: string, rule: PropertyRule): readonly Unemulated[] {
  if (typeof rule === "string") return [];
  if ("members" in rule) return checkProperties(section.section(name), rule.members);
  if ("each" in rule) return section.parts(name).flatMap((part) => checkProperties(part, rule.each));
  if (rule.unless !== undefined && section.isText(name, rule.unless)) return [];
  if ("refused" in rule) throw section.problem(name, `is not known to the emulator: ${rule.refused}`);
  return [{ at: section.locationOf(name), path: section.pathOf(name), meaning: rule.named }];
}
