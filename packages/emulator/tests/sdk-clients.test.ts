import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  PayloadTooLargeException,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { InvokeCommand, LambdaClient, ResourceNotFoundException } from "@aws-sdk/client-lambda";
import { describe, expect, it } from "vitest";
import { startEmulator, type TestEmulator } from "../src/testing.ts";
import { ok } from "./support/handlers.ts";

const account = { region: "us-east-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };

describe("gw:management-1 gw:management-14 the SDK's @connections client, with the stage in its endpoint", () => {
  async function connected() {
    const emulator = await startEmulator({ functions: { Connect: ok }, routes: { $connect: "Connect" } });
    const endpoint = `${emulator.endpoint}/dev`;
    const client = await emulator.connect();
    const ConnectionId = String(emulator.recording.eventsOf("Connect")[0].requestContext.connectionId);
    return { emulator, client, ConnectionId, api: new ApiGatewayManagementApiClient({ ...account, endpoint }) };
  }

  it("gw:management-2 gw:management-3 gw:management-4 posts, gets and deletes", async () => {
    const { emulator, client, ConnectionId, api } = await connected();
    await using _ = emulator;
    await api.send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.from("hello") }));
    expect(await client.text()).toBe("hello");
    const connection = await api.send(new GetConnectionCommand({ ConnectionId }));
    expect(connection).toMatchObject({
      ConnectedAt: expect.any(Date),
      LastActiveAt: expect.any(Date),
      Identity: { SourceIp: "127.0.0.1" },
    });
    await api.send(new DeleteConnectionCommand({ ConnectionId }));
    expect((await client.closed()).code).toBe(1000);
    await expect(api.send(new GetConnectionCommand({ ConnectionId }))).rejects.toBeInstanceOf(GoneException);
  });

  it("gw:management-5 gw:management-6 gw:management-7 throws the SDK's own errors", async () => {
    const { emulator, ConnectionId, api } = await connected();
    await using _ = emulator;
    const post = (id: string, Data: string) =>
      api.send(new PostToConnectionCommand({ ConnectionId: id, Data: Buffer.from(Data) }));
    await expect(post("abc", "x")).rejects.toMatchObject({
      name: "BadRequestException",
      message: "Invalid connectionId: abc",
    });
    // The response has no type, so the SDK knows only the status.
    const tooLarge = await post(ConnectionId, "x".repeat(131_073)).catch((error: unknown) => error);
    expect(tooLarge).toMatchObject({ $metadata: { httpStatusCode: 413 } });
    expect(tooLarge).not.toBeInstanceOf(PayloadTooLargeException);
    await api.send(new DeleteConnectionCommand({ ConnectionId }));
    await expect(post(ConnectionId, "x")).rejects.toBeInstanceOf(GoneException);
  });
});

describe("the SDK's Lambda client", () => {
  const lambda = ({ port }: TestEmulator) => new LambdaClient({ ...account, endpoint: `http://127.0.0.1:${port}` });

  it("invokes, and gets a function's failure and the error of a missing function", async () => {
    const Fails = () => Promise.reject(new RangeError("too far"));
    await using emulator = await startEmulator({ functions: { Echo: (event) => event, Fails }, routes: {} });
    const client = lambda(emulator);
    const echoed = await client.send(new InvokeCommand({ FunctionName: "Echo", Payload: '{"userId":"ann"}' }));
    expect([echoed.StatusCode, echoed.FunctionError, echoed.Payload?.transformToString()]).toEqual([
      200,
      undefined,
      '{"userId":"ann"}',
    ]);
    const failed = await client.send(new InvokeCommand({ FunctionName: "Fails" }));
    expect([failed.FunctionError, JSON.parse(failed.Payload?.transformToString() ?? "")]).toMatchObject([
      "Unhandled",
      { errorType: "RangeError" },
    ]);
    await expect(client.send(new InvokeCommand({ FunctionName: "Nope" }))).rejects.toThrow(ResourceNotFoundException);
  });
});
