import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { StartedTestContainer } from "testcontainers";
import type { TestProject } from "vitest/node";
import { endpointOf, startDynamodbLocal } from "./start-dynamodb-local.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Returns DynamoDB Local's address, and starts it at the first call. */
    dynamodbLocal: string;
  }
}

/** One DynamoDB Local for the whole run; a run that does not need it starts none. */
export default async function offerDynamodbLocal(project: TestProject): Promise<() => Promise<void>> {
  let container: Promise<StartedTestContainer> | undefined;
  const server = createServer((_request, response) => {
    container ??= startDynamodbLocal();
    container.then(
      (started) => response.end(endpointOf(started)),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  project.provide("dynamodbLocal", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);

  return async () => {
    server.closeAllConnections();
    server.close();
    await (await container)?.stop();
  };
}
