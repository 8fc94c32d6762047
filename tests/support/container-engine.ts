import { getContainerRuntimeClient } from "testcontainers";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    containerEngine: boolean;
  }
}

/** Asks once per run whether testcontainers has an engine. Without one the tests are skipped; in CI they fail. */
export default async function findContainerEngine(project: TestProject): Promise<void> {
  const found = await getContainerRuntimeClient().then(
    () => true,
    () => false,
  );
  if (!found && process.env["CI"] === "true") throw new Error("CI needs a container engine for DynamoDB Local");
  if (!found) console.warn("No container engine: the tests against DynamoDB Local are skipped.");
  project.provide("containerEngine", found);
}
