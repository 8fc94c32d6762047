import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { onTestFinished } from "vitest";
import { DEFAULT_ACCOUNT } from "../../src/aws-account.ts";
import { Faults } from "../../src/faults/faults.ts";
import { makeFunctions } from "../../src/lambda/functions.ts";
import type { SecretDescription } from "../../src/secrets-manager/secret-description.ts";
import { secretArn } from "../../src/secrets-manager/secret-name.ts";
import { startSecretsManager } from "../../src/secrets-manager/secrets-manager.ts";
import type { Handler, Json } from "./handlers.ts";
import { ManualScheduler } from "./manual-scheduler.ts";
import { serveHttpServices } from "./serve-http-services.ts";

/** The value of the secret `key` at the start. */
export const FIRST_VALUE = "first-value";
export const KEY_ARN = secretArn("key", "AbCdEf", DEFAULT_ACCOUNT);

export type SecretsUnderTest = Awaited<ReturnType<typeof startSecrets>>;

/** Secrets Manager with the secret `key`, and with the function `Rotate` for its rotation if a handler is given. */
export async function startSecrets({
  rotate,
  everyMillis,
  mayRotate,
}: {
  readonly rotate?: Handler;
  readonly everyMillis?: number;
  readonly mayRotate?: (functionName: string, secretArn: string) => boolean;
} = {}) {
  const scheduler = new ManualScheduler();
  const observed: Json[] = [];
  const events: Json[] = [];
  const observe = (event: Json) => {
    if (event.kind.startsWith("secret-")) observed.push(event);
  };
  const handler: Handler = (event, context) => {
    events.push(event);
    return rotate?.(event, context);
  };
  const rules = everyMillis === undefined ? {} : { everyMillis };
  const key: SecretDescription = {
    ...{ logicalId: "Key", name: "key", arn: KEY_ARN, description: "signs", tags: [{ Key: "team", Value: "blue" }] },
    initial: { kind: "given", text: FIRST_VALUE },
    ...(rotate && { rotation: { functionName: "Rotate", rules } }),
  };
  const { service, stop } = startSecretsManager({
    description: { secrets: [key], ...(mayRotate && { mayRotate }) },
    ...{
      accountId: DEFAULT_ACCOUNT.accountId,
      region: DEFAULT_ACCOUNT.region,
      scheduler,
      observe,
      faults: new Faults(),
    },
    functions: makeFunctions({
      faults: new Faults(),
      functions: [{ name: "Rotate", handler, timeoutSeconds: 60, memoryMegabytes: 128 }],
      ...{ account: DEFAULT_ACCOUNT, scheduler, observe: () => {} },
    }),
  });
  const server = await serveHttpServices(service);
  const client = new SecretsManagerClient({
    endpoint: server.origin,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  onTestFinished(async () => {
    client.destroy();
    await stop();
    await server.close();
  });
  return { client, scheduler, observed, events, stop, origin: server.origin };
}
