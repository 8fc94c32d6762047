/** A function that is given by its name or ARN, with the version or alias that the text ends with. */
export type FunctionReference = { readonly name: string; readonly qualifier?: string };

const REFERENCE = /^(?:(?:arn:[^:]*:lambda:[^:]*:)?[^:]*:function:)?([\w-]+)(?::([\w$-]+))?$/;

/** Undefined if the text is no name or ARN of a function. */
export function parseFunctionReference(text: string): FunctionReference | undefined {
  const [, name, qualifier] = REFERENCE.exec(text) ?? [];
  if (name === undefined) return undefined;
  return qualifier === undefined ? { name } : { name, qualifier };
}
