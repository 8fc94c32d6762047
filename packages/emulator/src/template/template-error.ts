export type TemplateLocation = { readonly file: string; readonly line: number };

/** A mistake in the template, with its location. Without a line, the file itself is at fault. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
  readonly location: { readonly file: string; readonly line?: number };

  constructor(location: { readonly file: string; readonly line?: number }, problem: string) {
    super(`${location.file}${location.line === undefined ? "" : `:${location.line}`}: ${problem}`);
    this.location = location;
  }
}
