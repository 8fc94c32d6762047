/**
 * What the runtime makes of a property that a template gives:
 * - `emulated`: it does what it does on AWS, or is refused where it is read;
 * - `harmless`: nobody on a laptop can tell whether it is there; nothing is said of it;
 * - a map has members of its own, each with its rule; `each` is the rule of all members of a map or a list;
 * - `named` is said once at the start, `refused` ends it: both say what the property would do on AWS.
 */
export type PropertyRule =
  | "emulated"
  | "harmless"
  | { readonly members: PropertyTable }
  | { readonly each: PropertyTable }
  | ({ readonly named: string } & Unless)
  | ({ readonly refused: string } & Unless);

/** The value that makes no difference, such as a switch that is off. */
type Unless = { readonly unless?: string };

/** Every property that a resource type has. One that is not there is a mistake. */
export type PropertyTable = { readonly [property: string]: PropertyRule };
