/** Names the malformed input. It never holds the input itself, because messages reach logs. */
export type MalformedInputCode =
  | "MALFORMED_CONNECTION_ID"
  | "MALFORMED_CURSOR"
  | "MALFORMED_DELIVERY"
  | "MALFORMED_DETAIL"
  | "MALFORMED_EVENT"
  | "MALFORMED_FRAME"
  | "MALFORMED_IDENTITY"
  | "MALFORMED_RECORD"
  | "MALFORMED_SECRET"
  | "MALFORMED_TASK"
  | "MALFORMED_TOKEN_REQUEST";

/** Thrown by parsers. Callers switch on `code`; the message is the code. */
export class MalformedInputError extends Error {
  override readonly name = "MalformedInputError";
  readonly code: MalformedInputCode;
  /** The name of the wrong member in our schema, never a name that the caller invented. */
  readonly member: string | undefined;

  constructor(code: MalformedInputCode, { member, ...options }: ErrorOptions & { readonly member?: string } = {}) {
    super(code, options);
    this.code = code;
    this.member = member;
  }
}
