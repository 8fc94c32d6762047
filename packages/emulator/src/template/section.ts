import { type Evaluation, NO_VALUE, type Value } from "./evaluation.ts";
import { TemplateError, type TemplateLocation } from "./template-error.ts";
import type { TemplateNode } from "./template-node.ts";

/** A map in the template. An error names a property that is missing or of the wrong kind, with its line. */
export class Section {
  readonly at: TemplateLocation;
  readonly #path: string;
  readonly #entries: ReadonlyMap<string, TemplateNode>;
  readonly #evaluation: Evaluation;

  /** `path` begins with the resource, as in `WebsocketApi.Routes`, and is empty for the whole template. */
  constructor(node: TemplateNode, evaluation: Evaluation, path = "") {
    const chosen = evaluation.choose(node);
    if (chosen.kind !== "map") throw new TemplateError(node.at, `${path || "the template"} is not a map`);
    this.at = node.at;
    this.#path = path;
    this.#entries = chosen.entries;
    this.#evaluation = evaluation;
  }

  /** The names of the properties, unevaluated: reading a property shows if it is `AWS::NoValue`. */
  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** True if the property is given. Its node is not evaluated, because it may hold unknown functions. */
  isGiven(name: string): boolean {
    return this.#chosen(name) !== undefined;
  }

  /** True if the value is that of an intrinsic function. */
  isComputed(name: string): boolean {
    return this.#entries.get(name)?.kind === "intrinsic";
  }

  isMap(name: string): boolean {
    return this.#chosen(name)?.kind === "map";
  }

  has(name: string): boolean {
    return this.#value(name) !== undefined;
  }

  text(name: string, fallback?: string): string {
    const value = this.#value(name) ?? fallback;
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw this.problem(name, value === undefined ? "is missing" : "is not a text");
  }

  isText(name: string, text: string): boolean {
    const value = this.#value(name);
    return typeof value !== "object" && String(value) === text;
  }

  number(name: string, fallback?: number): number {
    const value = this.#value(name) ?? fallback;
    const number = typeof value === "string" ? Number(value) : value;
    if (typeof number === "number" && Number.isFinite(number)) return number;
    throw this.problem(name, value === undefined ? "is missing" : "is not a number");
  }

  /** A whole number within bounds, both included. */
  integer(name: string, min: number, max: number, fallback?: number): number {
    const number = this.number(name, fallback);
    if (Number.isInteger(number) && number >= min && number <= max) return number;
    throw this.problem(name, `must be a whole number from ${min} to ${max}`);
  }

  flag(name: string): boolean {
    const value = this.#value(name);
    return value === true || value === "true";
  }

  /** The values of a list. A single value counts as a list of one, as in policies. Empty if the property is absent. */
  list(name: string): readonly Value[] {
    const value = this.#value(name) ?? [];
    return Array.isArray(value) ? value : [value];
  }

  texts(name: string): readonly string[] {
    const list = this.list(name);
    if (list.every((item) => typeof item === "string")) return list;
    throw this.problem(name, "is not a list of texts");
  }

  map(name: string): { readonly [name: string]: Value } {
    const value = this.#value(name);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as { [name: string]: Value };
    throw this.problem(name, value === undefined ? "is missing" : "is not a map");
  }

  /** The map in a property; empty if the property is absent. */
  section(name: string, path: string = this.pathOf(name)): Section {
    const entry = this.#chosen(name);
    return new Section(entry ?? { kind: "map", entries: new Map(), at: this.at }, this.#evaluation, path);
  }

  sections(name: string): readonly Section[] {
    const entry = this.#chosen(name);
    const path = this.pathOf(name);
    if (entry === undefined) return [];
    if (entry.kind !== "list") return [new Section(entry, this.#evaluation, path)];
    return entry.items
      .filter((item) => !isAbsent(this.#evaluation.choose(item)))
      .map((item, index) => new Section(item, this.#evaluation, `${path}[${index}]`));
  }

  /** The items of a list, or the members of a map. */
  parts(name: string): readonly Section[] {
    if (this.#chosen(name)?.kind === "list") return this.sections(name);
    const map = this.section(name);
    return map.names.filter((part) => map.isGiven(part)).map((part) => map.section(part));
  }

  pathOf(name: string): string {
    return this.#path === "" ? name : `${this.#path}.${name}`;
  }

  locationOf(name: string): TemplateLocation {
    return this.#entries.get(name)?.at ?? this.at;
  }

  problem(name: string, problem: string): TemplateError {
    return new TemplateError(this.locationOf(name), `${this.pathOf(name)} ${problem}`);
  }

  #chosen(name: string): TemplateNode | undefined {
    const entry = this.#entries.get(name);
    const chosen = entry && this.#evaluation.choose(entry);
    return chosen && !isAbsent(chosen) ? chosen : undefined;
  }

  #value(name: string): Value | undefined {
    const entry = this.#entries.get(name);
    const value = entry === undefined ? undefined : this.#evaluation.value(entry);
    return value === NO_VALUE ? undefined : value;
  }
}

function isAbsent(node: TemplateNode): boolean {
  return (
    node.kind === "intrinsic" &&
    node.name === "Ref" &&
    node.argument.kind === "scalar" &&
    node.argument.value === "AWS::NoValue"
  );
}
