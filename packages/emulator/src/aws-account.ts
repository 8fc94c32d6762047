/** The account values in ARNs and events. A deployment has its own. */
export type AwsAccount = {
  readonly accountId: string;
  readonly region: string;
  /** The id of the WebSocket API. */
  readonly apiId: string;
  /** The access key of the functions. Calls with any other key are those of the local caller. */
  readonly functionsAccessKeyId: string;
};

export const DEFAULT_ACCOUNT: AwsAccount = {
  accountId: "123456789012",
  region: "us-east-1",
  apiId: "a1b2c3d4e5",
  functionsAccessKeyId: "functions",
};

/** The host name that the API has on AWS. */
export function apiHost({ apiId, region }: AwsAccount): string {
  return `${apiId}.execute-api.${region}.amazonaws.com`;
}

/** The ARN of the one caller outside of the functions. Policies of the template have to name it. */
export function localCallerArn(accountId: string = DEFAULT_ACCOUNT.accountId): string {
  return `arn:aws:iam::${accountId}:user/local`;
}
