import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { LOCAL_SETTINGS, SECRET } from "./settings.ts";

/** A year ago: no rotation is under way, so the previous version is not asked for. */
const CREATED_AT = Date.now() / 1000 - 365 * 86_400;

const ANSWERS: Readonly<Record<string, unknown>> = {
  "secretsmanager.GetSecretValue": {
    SecretString: JSON.stringify({ signature: SECRET }),
    CreatedDate: CREATED_AT,
    VersionStages: ["AWSCURRENT"],
  },
  "DynamoDB_20120810.Query": { Items: [], Count: 0, ScannedCount: 0 },
};

/** The AWS APIs that a first call needs, on a local port and without delay. Writes are not kept. */
export async function startAwsStandIn(): Promise<{ readonly endpoint: string; stop(): void }> {
  const server = createServer((request, response) => {
    request.resume().once("end", () => {
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(answerTo(request)));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answerTo({ headers }: IncomingMessage): unknown {
  return ANSWERS[String(headers["x-amz-target"])] ?? {};
}

/** The environment of a function in Lambda, with the stand-in as its AWS. */
export function deployedSettings(endpoint: string): Readonly<Record<string, string>> {
  const { JWT_SECRET: _, ...settings } = LOCAL_SETTINGS;
  return {
    ...settings,
    STORE: "dynamodb",
    TABLE_NAME: "table",
    GSI1_NAME: "GSI1",
    SECRETS: "secrets-manager",
    JWT_SECRET_ID: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:jwt-AbCdEf",
    CONNECTIONS_ENDPOINT: "https://ws.example.com",
    CONTINUATION_QUEUE_URL: `${endpoint}/123456789012/continuations`,
    DEAD_LETTER_QUEUE_URL: `${endpoint}/123456789012/dead-letters`,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "only-for-benchmarks",
    AWS_SESSION_TOKEN: "only-for-benchmarks",
    AWS_ENDPOINT_URL: endpoint,
  };
}
