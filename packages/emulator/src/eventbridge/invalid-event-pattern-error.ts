/** What EventBridge's PutRule answers to a pattern it cannot use. Patterns are configuration, so the reason may name parts of it. */
export class InvalidEventPatternError extends Error {
  override readonly name = "InvalidEventPatternError";

  constructor(reason: string) {
    super(`Event pattern is not valid. Reason: ${reason}`);
  }
}
