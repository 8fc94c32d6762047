export type TemplateLocation = { readonly file: string; readonly line: number };

/** A mistake in the template: where it is, and what is wrong there. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
  readonly location: TemplateLocation;

  constructor(location: TemplateLocation, problem: string) {
    super(`${location.file}:${location.line}: ${problem}`);
    this.location = location;
  }
}
