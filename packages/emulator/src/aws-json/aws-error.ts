/** The error response of an AWS service. SDKs raise it by the name in `code`. */
export class AwsError extends Error {
  override readonly name = "AwsError";
  readonly code: string;
  readonly status: number;
  /** The code of SQS's older query protocol, if it differs. The AWS CLI shows this one. */
  readonly queryCode: string;

  constructor(code: string, message: string, options: { readonly status?: number; readonly queryCode?: string } = {}) {
    super(message);
    this.code = code;
    this.status = options.status ?? 400;
    this.queryCode = options.queryCode ?? code;
  }
}
