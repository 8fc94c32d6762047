/** What stands in ARNs and events where a deployment has its own. */
export const ACCOUNT_ID = "123456789012";
export const REGION = "us-east-1";
