/** What stands in ARNs and events where a deployment has its own. */
export const ACCOUNT_ID = "123456789012";
export const REGION = "us-east-1";

/** The functions' access key. */
export const FUNCTIONS_ACCESS_KEY = "functions";

/** The caller with any other access key. */
export const LOCAL_CALLER_ARN = `arn:aws:iam::${ACCOUNT_ID}:user/local`;
