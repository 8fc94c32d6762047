import { devNull } from "node:os";
import { describe, expect, it } from "vitest";
import { DEFAULT_ACCOUNT } from "../../src/aws-account.ts";
import { functionEnvironment } from "../../src/lambda/function-environment.ts";
import type { Environment } from "../../src/lambda/process-environment.ts";

const at = { file: "template.yaml", line: 1 };
const greet = {
  ...{ logicalId: "Greet", name: "greet", codeUri: "src", handler: "index.handler", codeAt: at, at },
  ...{ timeoutSeconds: 3, memoryMegabytes: 256 },
  environment: { TABLE_NAME: "Table", LOG_LEVEL: "info" },
};

function environmentOf(shell: Environment = {}, overrides: Environment = {}): Environment {
  return functionEnvironment(greet, {
    ...{ shell, overrides, account: { ...DEFAULT_ACCOUNT, region: "eu-west-1" } },
    endpoint: "http://127.0.0.1:4000",
  });
}

describe("the environment of a function", () => {
  it("is the template's, with Lambda's own variables and the emulator in place of AWS", () => {
    expect(environmentOf()).toEqual({
      TABLE_NAME: "Table",
      LOG_LEVEL: "info",
      _HANDLER: "index.handler",
      AWS_REGION: "eu-west-1",
      AWS_DEFAULT_REGION: "eu-west-1",
      AWS_LAMBDA_FUNCTION_NAME: "greet",
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
      AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/greet",
      AWS_LAMBDA_LOG_STREAM_NAME: "local",
      AWS_ENDPOINT_URL: "http://127.0.0.1:4000",
      AWS_ACCESS_KEY_ID: DEFAULT_ACCOUNT.functionsAccessKeyId,
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_EC2_METADATA_DISABLED: "true",
      TZ: "UTC",
    });
  });

  it("takes only variables that Node.js and the system need from the shell", () => {
    const own = { Path: "/bin", TMPDIR: "/tmp" };
    const foreign = {
      AWS_PROFILE: "work",
      AWS_SESSION_TOKEN: "x",
      HOME: "/home/ann",
      TABLE_NAME: "shelf",
      LOG_LEVEL: "debug",
    };

    expect(environmentOf({ ...own, ...foreign })).toStrictEqual({ ...environmentOf(), ...own });
  });

  it("leads calls to DynamoDB to the address that is given", () => {
    const environment = functionEnvironment(greet, {
      ...{ shell: {}, overrides: {}, account: DEFAULT_ACCOUNT, endpoint: "http://127.0.0.1:4000" },
      endpoints: { dynamodb: "http://127.0.0.1:8000" },
    });

    expect(environment).toMatchObject({
      AWS_ENDPOINT_URL: "http://127.0.0.1:4000",
      AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:8000",
    });
  });

  it("has the overrides before all other sources, and lacks variables that they remove", () => {
    const environment = environmentOf({}, { LOG_LEVEL: "error", AWS_REGION: "us-west-2", TABLE_NAME: undefined });

    expect(environment).toMatchObject({ LOG_LEVEL: "error", AWS_REGION: "us-west-2" });
    expect(environment).not.toHaveProperty("TABLE_NAME");
  });
});
