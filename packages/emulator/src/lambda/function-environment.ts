import { devNull } from "node:os";
import type { AwsAccount } from "../aws-account.ts";
import type { FunctionDescription } from "../template/stack-description.ts";
import type { Environment } from "./process-environment.ts";

/** Addresses of services that run elsewhere, such as DynamoDB Local. */
export type Endpoints = { readonly dynamodb?: string };

/** Variables that Node.js and the operating system need. None of them changes the behaviour of a function. */
const KEPT = new Set(["PATH", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT"]);

/**
 * All variables of one function: the template's, those that Lambda sets, and those that direct every call of the AWS
 * SDK to the emulator. Of the shell's variables only those in KEPT are passed on: a variable for another program must
 * not change a function, and real credentials must not be used.
 */
export function functionEnvironment(
  fn: FunctionDescription,
  {
    account,
    endpoint,
    endpoints = {},
    shell,
    overrides,
  }: {
    readonly account: AwsAccount;
    readonly endpoint: string;
    readonly endpoints?: Endpoints;
    readonly shell: Environment;
    readonly overrides: Environment;
  },
): Environment {
  const variables = {
    ...Object.fromEntries(Object.entries(shell).filter(([name]) => KEPT.has(name.toUpperCase()))),
    ...fn.environment,
    ...setByLambda(fn, account),
    ...callsStayHere(account, endpoint),
    ...(endpoints.dynamodb !== undefined && { AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb }),
    ...overrides,
  };
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined));
}

/** The variables that Lambda sets (Lambda developer guide, "Defined runtime environment variables"). */
function setByLambda(fn: FunctionDescription, { region }: AwsAccount): Environment {
  return {
    _HANDLER: fn.handler,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMegabytes),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: "local",
    TZ: "UTC",
  };
}

/** Directs every AWS call of a handler to the emulator: no function on a laptop may reach an account by accident. */
function callsStayHere({ functionsAccessKeyId }: AwsAccount, endpoint: string): Environment {
  return {
    AWS_ENDPOINT_URL: endpoint,
    // The SDK calls only with credentials. The key marks the caller as a function; the signature is not checked.
    AWS_ACCESS_KEY_ID: functionsAccessKeyId,
    AWS_SECRET_ACCESS_KEY: "local",
    // Otherwise the SDK would read the developer's files, and ask the machine for its role.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: "true",
  };
}
