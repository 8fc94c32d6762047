import { GenericContainer, type StartedTestContainer, Wait } from "testcontainers";

export function startDynamodbLocal(): Promise<StartedTestContainer> {
  return new GenericContainer("amazon/dynamodb-local")
    .withExposedPorts(8000)
    .withWaitStrategy(Wait.forHttp("/", 8000).forStatusCode(400))
    .start();
}

export function endpointOf(container: StartedTestContainer): string {
  return `http://${container.getHost()}:${container.getMappedPort(8000)}`;
}
