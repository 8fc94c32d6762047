import { execFileSync } from "node:child_process";
import { Console } from "node:console";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hasIdentity, type Identifiable } from "../../src/gateway/authorize.ts";
import { runTemplate } from "../../src/index.ts";
import { makeAsynchronousInvocations } from "../../src/lambda/asynchronous-invocations.ts";
import { executions } from "../../src/lambda/in-process-host.ts";
import { failed } from "../../src/lambda/lambda-function.ts";
import { type ClockOptions, connectTo, startEmulator, type TestEmulator } from "../../src/testing.ts";
import { deferred } from "../support/deferred.ts";
import { allow, type Handler, type Json, ok, policy } from "../support/handlers.ts";
import { heldResponse } from "../support/held-response.ts";
import { ManualScheduler } from "../support/manual-scheduler.ts";
import { describeTemplate, replaced } from "../support/project-template.ts";
import { turnOfEventLoop } from "../support/queues.ts";
import { exchange, headerOf, openSocket, statusOf, upgradeText } from "../support/raw-socket.ts";
import { describeSmallTemplate } from "../support/small-template.ts";
import { STOPPED } from "../support/stopped-clock.ts";

const ONE_FUNCTION = `
Resources:
  Chat:
    Type: AWS::Serverless::WebSocketApi
    Properties: { StageName: dev, RouteSelectionExpression: $request.body.action, Routes: { $default: { FunctionArn: !GetAtt One.Arn } } }
  One: { Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: index.handler } }
`;

const SIGNED = `AWS4-HMAC-SHA256 Credential=anybody/20200101/eu-north-1/execute-api/aws4_request, SignedHeaders=host, Signature=${"f".repeat(64)}`;

const invoke = ({ port }: TestEmulator, name: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${port}/2015-03-31/functions/${name}/invocations`, { method: "POST", headers, body: "{}" });

const post = ({ port }: TestEmulator, id: string, body: string | Uint8Array<ArrayBuffer>) =>
  fetch(`http://127.0.0.1:${port}/dev/@connections/${encodeURIComponent(id)}`, {
    method: "POST",
    headers: { Authorization: SIGNED },
    body,
  });

/** A handler that has begun and ends when the test says so. */
function waiting() {
  const begun = deferred();
  const end = deferred<unknown>();
  const handler: Handler = () => {
    begun.resolve();
    return end.promise;
  };
  return { handler, begun: begun.promise, end: end.resolve };
}

async function connected(handlers: Record<string, Handler> = {}, clock?: ClockOptions) {
  const told = deferred<{ code: number; reason: string }>();
  const Disconnect: Handler = ({ requestContext }) =>
    told.resolve({ code: requestContext.disconnectStatusCode, reason: requestContext.disconnectReason });
  const emulator = await startEmulator({
    functions: { Connect: ok, Disconnect, ...handlers },
    routes: {
      ...{ $connect: "Connect", $disconnect: "Disconnect" },
      ...("Message" in handlers && { $default: { function: "Message", routeResponse: true } }),
    },
    ...(clock && { clock }),
  });
  const client = await emulator.connect();
  return {
    emulator,
    client,
    told: told.promise,
    id: String(emulator.recording.eventsOf("Connect")[0].requestContext.connectionId),
  };
}

const identifiable: Identifiable = {
  headers: { headers: {}, multiValueHeaders: {} },
  query: { queryStringParameters: {}, multiValueQueryStringParameters: {} },
  session: {
    connectionId: "abc",
    connectedAt: 1,
    apiId: "a1b2c3d4e5",
    methodArn: "",
    stage: "dev",
    domainName: "localhost",
    identity: { sourceIp: "127.0.0.1" },
  },
  request: { id: "abc", at: 1 },
};

/** A request to the URL of the function `Fn`, whose CORS allows every origin: its event, and the response. */
async function throughUrl(init: RequestInit = {}, result: Json = { statusCode: 204 }) {
  const cors = { allowOrigins: ["*"], allowMethods: [], allowHeaders: [], exposeHeaders: [], allowCredentials: false };
  await using emulator = await startEmulator({
    functions: { Fn: () => result },
    routes: {},
    functionUrls: [{ id: "Fn", functionName: "Fn", permitted: true, cors }],
  });
  const response = await fetch(`${emulator.endpoint}/_functions/Fn/check`, init);
  await response.text();
  return { event: emulator.recording.eventsOf("Fn")[0], response };
}

/** One test for each row of the document, by the row's id. */
const differences: Readonly<Record<string, () => Promise<void>>> = {
  async "AG-1"() {
    await using emulator = await startEmulator({ functions: { Connect: ok }, routes: { $connect: "Connect" } });
    expect(statusOf(await exchange(emulator.port, upgradeText()))).toBe(101);
    expect(emulator.recording.eventsOf("Connect")[0].headers).toMatchObject({
      "X-Forwarded-Port": "443",
      "X-Forwarded-Proto": "https",
    });
  },
  async "AG-2"() {
    await using emulator = await startEmulator({
      functions: { Authorizer: allow, Connect: ok },
      routes: { $connect: "Connect" },
      authorizer: "Authorizer",
    });
    await exchange(emulator.port, upgradeText());
    const arn = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/dev/$connect";
    expect(emulator.recording.eventsOf("Authorizer")[0].methodArn).toBe(arn);
  },
  async "AG-3"() {
    await using emulator = await startEmulator({ functions: { Connect: ok }, routes: { $connect: "Connect" } });
    await exchange(emulator.port, upgradeText({ Host: "localhost:3001" }));
    expect(emulator.recording.eventsOf("Connect")[0].requestContext.domainName).toBe("localhost:3001");
  },
  async "AG-4"() {
    const Condition = { "ForAllValues:StringLike": { "aws:UserAgent": "*" } };
    for (const Effect of ["Allow", "Deny"]) {
      const Authorizer: Handler = () => policy({ Effect, Resource: "*", Condition });
      await using emulator = await startEmulator({
        functions: { Authorizer, Connect: ok },
        routes: { $connect: "Connect" },
        authorizer: "Authorizer",
      });
      expect(await emulator.handshakeStatus()).toBe(403);
    }
  },
  async "AG-5"() {
    const Authorizer: Handler = () => Promise.reject(new Error("down"));
    await using emulator = await startEmulator({
      functions: { Authorizer, Connect: ok },
      routes: { $connect: "Connect" },
      authorizer: "Authorizer",
    });
    const answer = await exchange(emulator.port, upgradeText());
    expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toMatchObject({ message: "Internal server error" });
    expect(headerOf(answer, "Connection")).toBe("close");
  },
  async "AG-6"() {
    await using emulator = await startEmulator({ functions: { Connect: ok }, routes: { $connect: "Connect" } });
    const answer = await exchange(emulator.port, upgradeText({ "Sec-WebSocket-Extensions": "permessage-deflate" }));
    expect(answer).not.toMatch(/sec-websocket-extensions/i);
  },
  async "AG-7"() {
    const { emulator, client } = await connected({}, STOPPED);
    await using _ = emulator;
    await emulator.clock.advance(9 * 60_000);
    client.ws.ping();
    await new Promise((resolve) => client.ws.once("pong", resolve));
    await emulator.clock.advance(60_000);
    expect((await client.closed()).code).toBe(1001);
  },
  async "AG-8"() {
    await using emulator = await startEmulator({ functions: { Connect: ok }, routes: { $connect: "Connect" } });
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`X-${index}`, "1"]));
    expect(statusOf(await exchange(emulator.port, upgradeText(many)))).toBe(431);
    expect(statusOf(await exchange(emulator.port, upgradeText({ "X-Long": "x".repeat(17_000) })))).toBe(431);
    expect(statusOf(await exchange(emulator.port, upgradeText({}, `GET /dev?${"x".repeat(4_096)} HTTP/1.1`)))).toBe(
      414,
    );
  },
  async "AG-9"() {
    const { emulator, client, id, told } = await connected({
      Message: () => ({ statusCode: 200, body: "x".repeat(131_072) }),
    });
    await using _ = emulator;
    client.ws.pause();
    let status = 200;
    for (let posts = 0; status === 200 && posts < 200; posts += 1)
      status = (await post(emulator, id, "x".repeat(131_072))).status;
    expect(status).toBe(429);
    client.send("more");
    expect((await told).code).toBe(1006);
  },
  async "AG-11"() {
    const { emulator, id } = await connected();
    await using _ = emulator;
    expect((await post(emulator, id, "signed by anybody")).status).toBe(200);
  },
  async "AG-12"() {
    const { handler, begun } = waiting();
    await using emulator = await startEmulator({
      functions: { Connect: handler },
      routes: { $connect: "Connect" },
      clock: STOPPED,
    });
    const status = emulator.handshakeStatus();
    await begun;
    await emulator.clock.advance(29_000);
    expect(await status).toBe(504);
  },
  async "AG-13"() {
    const { emulator, client } = await connected({
      Message: () => ({ statusCode: 200, body: "aGk=", isBase64Encoded: true }),
    });
    await using _ = emulator;
    client.send("x");
    expect(await client.text()).toBe("aGk=");
  },
  async "AG-14"() {
    const { emulator, client, id } = await connected();
    await using _ = emulator;
    await post(emulator, id, new Uint8Array([0x66, 0xff]));
    expect(await client.frame()).toEqual({ text: "f\uFFFD", isBinary: false });
  },
  async "AG-15"() {
    const { emulator, client, told } = await connected();
    client.terminate();
    await told;
    await emulator.close();
    expect(emulator.recording.eventsOf("Disconnect")).toHaveLength(1);
  },
  async "AG-16"() {
    const ends: readonly [number, (client: Awaited<ReturnType<typeof connected>>["client"]) => void][] = [
      [1006, ({ ws }) => ws.terminate()],
      [1009, ({ ws }) => ws.send("x".repeat(32_769))],
    ];
    for (const [code, end] of ends) {
      const { emulator, client, told } = await connected();
      await using _ = emulator;
      end(client);
      expect(await told).toEqual({ code, reason: "" });
    }
  },
  async "AG-17"() {
    const { emulator } = await connected();
    await using _ = emulator;
    expect((await post(emulator, "gbgHYy9RVQAYKEj2kA==", "x")).status).toBe(400);
  },
  async "AG-18"() {
    await using emulator = await startEmulator({ functions: { Connect: ok }, routes: { $connect: "Connect" } });
    for (const request of [upgradeText({ host: "127.0.0.1" }), upgradeText({}, "GET /dev??a=b HTTP/1.1")])
      expect(statusOf(await exchange(emulator.port, request))).toBe(400);
    expect(statusOf(await exchange(emulator.port, upgradeText({}, "GET /dev?a=b#c HTTP/1.1")))).toBe(400);
  },
  async "AG-19"() {
    const sources = ["connectionId", "connectedAt", "requestTimeEpoch", "eventType", "messageDirection", "stage"];
    expect(sources.map((name) => hasIdentity([`context.${name}`], identifiable))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  },
  async "AG-20"() {
    await using emulator = await startEmulator({ functions: {}, routes: {}, mockRoutes: { ping: { kind: "failed" } } });
    const client = await emulator.connect();
    client.send({ action: "ping" });
    expect(await client.text()).toMatch(/^\{"message": "Internal server error", "connectionId":"/);
  },
  async "AG-21"() {
    await using emulator = await startEmulator({
      functions: { Connect: ok, Disconnect: ok, Echo: ok },
      routes: { $connect: "Connect", $disconnect: "Disconnect", $default: { function: "Echo", routeResponse: true } },
      stages: [
        { name: "dev", defaultThrottle: { perSecond: 0 }, routeThrottles: new Map([["$connect", { perSecond: 1 }]]) },
      ],
    });
    const client = await emulator.connect();
    client.send("hello");
    expect(await client.text()).toMatch(/^\{"message": "Too Many Requests", "connectionId":"/);
    client.close();
    await client.closed();
    await emulator.close();
    expect([emulator.recording.eventsOf("Echo"), emulator.recording.eventsOf("Disconnect")]).toEqual([[], []]);
    const { connectionId } = emulator.recording.eventsOf("Connect")[0].requestContext;
    const throttled = emulator.recording.events.filter(({ kind }) => kind === "disconnect-throttled");
    expect(throttled).toMatchObject([{ connectionId }]);
  },
  async "AG-22"() {
    await using emulator = await startEmulator({
      functions: { Authorizer: allow, Connect: ok },
      routes: {
        $connect: {
          function: "Connect",
          requiredParameters: ["route.request.header.X-Key", "route.request.querystring.room"],
        },
      },
      authorizer: "Authorizer",
    });
    const answer = await exchange(emulator.port, upgradeText());
    expect(statusOf(answer)).toBe(400);
    expect(answer).toContain('{"message": "Missing required request parameters: [X-Key, room]", "connectionId":"');
    expect(emulator.recording.invocations).toMatchObject([{ functionName: "Authorizer" }]);
  },
  async "AG-23"() {
    await using emulator = await startEmulator({
      functions: { Connect: ok },
      routes: { $connect: "Connect" },
      domains: [{ name: "ws.example.com", path: "/", stage: "dev" }],
      isDefaultEndpointDisabled: true,
    });
    const client = await connectTo(`ws://127.0.0.1:${emulator.port}/`, { headers: { Host: "ws.example.com" } });
    const { connectionId, domainName } = emulator.recording.eventsOf("Connect")[0].requestContext;
    expect(domainName).toBe("ws.example.com");
    expect((await post(emulator, connectionId, "hello")).status).toBe(200);
    expect(await client.text()).toBe("hello");
    const call = `POST /@connections/${encodeURIComponent(connectionId)} HTTP/1.1\r\nHost: ws.example.com\r\n`;
    expect(
      statusOf(await exchange(emulator.port, `${call}Connection: close\r\nAuthorization: ${SIGNED}\r\n\r\n`)),
    ).toBe(403);
  },
  async "AG-24"() {
    const integration = (type: string) =>
      `Other: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, IntegrationType: ${type} } }`;
    for (const type of ["HTTP", "HTTP_PROXY", "AWS"])
      expect(() => describeSmallTemplate(integration(type))).toThrow(`IntegrationType ${type} is not known`);
  },
  async "AG-25"() {
    const route = (property: string) =>
      `Ping: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: ping, ${property} } }`;
    for (const property of ["ApiKeyRequired: true", "AuthorizationType: AWS_IAM"])
      expect(() => describeSmallTemplate(route(property))).toThrow("is not known to the emulator");
  },
  async "AG-26"() {
    const text = replaced(ONE_FUNCTION, "One.Arn }", "One.Arn, RequestModels: { $default: Strict } }");
    const warned: string[] = [];
    const loadFunction = () => () => undefined;
    await using running = await runTemplate({
      template: { text, file: "inline.yaml" },
      loadFunction,
      warn: (line) => warned.push(line),
    });
    expect(warned).toEqual([expect.stringContaining("RequestModels is not emulated: no message is held to a model")]);
    const client = await connectTo(running.url);
    client.send("anything");
    client.ws.ping();
    await once(client.ws, "pong");
    expect(client.unread).toBe(0);
  },
  async "AG-27"() {
    const logs = "AccessLogSettings: { DestinationArn: a, Format: $context.requestId }";
    const settings =
      "DefaultRouteSettings: { LoggingLevel: INFO, DataTraceEnabled: true, DetailedMetricsEnabled: true }";
    const stage = `Blue: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: blue, AutoDeploy: true, ${logs}, ${settings} } }`;
    const permission =
      "Permission: { Type: AWS::Lambda::Permission, Properties: { Action: lambda:InvokeFunction, FunctionName: !Ref Fn, Principal: apigateway.amazonaws.com } }";
    expect(describeSmallTemplate(stage, permission)).toMatchObject({
      warnings: [],
      api: { stages: [{}, { name: "blue" }] },
    });
  },
  async "AG-28"() {
    await using emulator = await startEmulator({
      functions: { Echo: ({ body }) => ({ statusCode: 200, body }) },
      routes: { join: { function: "Echo", routeResponse: true } },
      stages: [{ name: "dev" }, { name: "other" }],
    });
    for (const stage of ["dev", "other"]) {
      const client = await connectTo(emulator.url.replace("dev", stage));
      client.send({ action: "join" });
      expect(await client.text()).toBe('{"action":"join"}');
    }
  },
  async "AG-29"() {
    const Fn: Handler = ({ requestContext }) => ({ statusCode: 200, body: requestContext.routeKey });
    await using emulator = await startEmulator({
      functions: { Fn },
      routes: { join: { function: "Fn", routeResponse: true }, $default: { function: "Fn", routeResponse: true } },
    });
    const client = await emulator.connect();
    for (const [text, routeKey] of [
      ['{"action":"join",body:"x"}', "$default"],
      ["{'action':'join'}", "$default"],
      ['{"action":"join",}', "$default"],
      ['{"action":"join"}', "join"],
    ] as const) {
      client.send(text);
      expect(await client.text()).toBe(routeKey);
    }
  },
  async "AG-30"() {
    await using emulator = await startEmulator({ functions: { Connect: ok }, routes: { $connect: "Connect" } });
    const socket = await openSocket(emulator.port);
    socket.write(upgradeText());
    await once(socket, "data");
    const id = emulator.recording.eventsOf("Connect")[0].requestContext.connectionId;
    const received = (async () => {
      let bytes = Buffer.alloc(0);
      for await (const chunk of socket) {
        bytes = Buffer.concat([bytes, chunk]);
        if (bytes.length >= 10 + 131_072) break;
      }
      return bytes;
    })();
    expect((await post(emulator, id, "x".repeat(131_072))).status).toBe(200);
    expect((await received).subarray(0, 10).toString("hex"), "a final text frame of 128 KB").toBe(
      "817f0000000000020000",
    );
  },
  async "AG-31"() {
    const routes = Array.from({ length: 301 }, (_, index) => `r${index}: { FunctionArn: !GetAtt One.Arn }`).join(", ");
    const text = replaced(ONE_FUNCTION, "Routes: { ", `Routes: { ${routes}, `);
    const stages = Array.from(
      { length: 11 },
      (_, index) =>
        `  S${index}: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Chat, StageName: s${index}, AutoDeploy: true } }\n`,
    );
    const { api } = describeTemplate(text + stages.join(""), {}, undefined, {});
    expect([api.routes.length, api.stages.length]).toEqual([302, 12]);
  },
  async "LA-1"() {
    let shared = 0;
    const functions = { One: () => ++shared, Other: () => ({ shared, pid: process.pid }) };
    await using emulator = await startEmulator({ functions, routes: {} });
    await invoke(emulator, "One");
    expect(await (await invoke(emulator, "Other")).json()).toEqual({ shared: 1, pid: process.pid });
  },
  async "LA-2"() {
    const { handler, begun, end } = waiting();
    let ranOn = false;
    const Slow: Handler = async (event, context) => {
      const result = await handler(event, context);
      ranOn = true;
      return result;
    };
    await using emulator = await startEmulator({ functions: { Slow }, routes: {}, clock: STOPPED });
    const answer = invoke(emulator, "Slow");
    await begun;
    await emulator.clock.advance(60_000);
    end("late");
    expect(await (await answer).json()).toMatchObject({ errorType: "Sandbox.Timedout" });
    expect(ranOn).toBe(true);
  },
  async "LA-3"() {
    await using emulator = await startEmulator({ functions: { Fn: () => "served" }, routes: {} });
    expect(await (await invoke(emulator, "Fn")).json()).toBe("served");
  },
  async "LA-4"() {
    const { handler, end } = waiting();
    await using emulator = await startEmulator({ functions: { Waits: handler, Other: () => 1 }, routes: {} });
    await Promise.all(
      Array.from({ length: 1_000 }, () => invoke(emulator, "Waits", { "X-Amz-Invocation-Type": "Event" })),
    );
    expect((await invoke(emulator, "Other")).status).toBe(429);
    end(undefined);
  },
  async "LA-5"() {
    const settings = { functionName: "Fn", maximumEventAgeSeconds: 60, deadLetterQueue: "dead" };
    const asynchronousSettings = [{ ...settings, onFailure: { kind: "queue", name: "out" } as const }];
    const queues = [{ name: "out" }, { name: "dead" }];
    const eventing = { queues, asynchronousSettings };
    await using emulator = await startEmulator({
      functions: { Fn: { handler: ok, reservedConcurrency: 0 } },
      routes: {},
      clock: STOPPED,
      eventing,
    });
    await invoke(emulator, "Fn", { "X-Amz-Invocation-Type": "Event" });
    for (let waits = 0; waits < 6; waits += 1) {
      await emulator.clock.advance(1000 * 2 ** waits);
      await turnOfEventLoop();
    }
    const report = (await (await fetch(`${emulator.endpoint}/_local/queues`)).json()) as Json;
    const [out, dead] = report.queues.map(({ messages }: Json) => messages[0]);
    expect(Object.keys(JSON.parse(out.body))).toEqual(["version", "timestamp", "requestContext", "requestPayload"]);
    expect(dead.attributes).toMatchObject({ ErrorCode: "429" });
  },
  async "LA-6"() {
    const Hungry: Handler = (_, { memoryLimitInMB }) =>
      Buffer.alloc((Number(memoryLimitInMB) + 1) * 1024 * 1024).length;
    await using emulator = await startEmulator({ functions: { Hungry }, routes: {} });
    expect(await (await invoke(emulator, "Hungry")).json()).toBe(129 * 1024 * 1024);
  },
  async "LA-7"() {
    const Fn: Handler = () => {
      execFileSync(process.execPath, ["-e", "console.log('by a child')"], { stdio: "inherit" });
      new Console(process.stdout).log("by the console");
    };
    await using emulator = await startEmulator({ functions: { Fn }, routes: {} });
    const response = await invoke(emulator, "Fn", { "X-Amz-Log-Type": "Tail" });
    const log = Buffer.from(response.headers.get("x-amz-log-result") ?? "", "base64").toString();
    expect(log).toContain("\nby the console\n");
    expect(log).not.toContain("by a child");
  },
  async "LA-8"() {
    let memory = 0;
    const Faulty: Handler = () => {
      memory += 1;
      if (memory === 1) executions.getStore()?.fail({ errorType: "Error", errorMessage: "in a timer", trace: [] });
      return memory === 1 ? new Promise(() => {}) : memory;
    };
    await using emulator = await startEmulator({ functions: { Faulty }, routes: {} });
    expect(await (await invoke(emulator, "Faulty")).json()).toMatchObject({ errorMessage: "in a timer" });
    expect(await (await invoke(emulator, "Faulty")).json()).toBe(2);
  },
  async "LA-9"() {
    const ended = deferred();
    const Late: Handler = () => {
      const execution = executions.getStore();
      void ended.promise.then(() => execution?.fail({ errorType: "Error", errorMessage: "late", trace: [] }));
      return "answered";
    };
    await using emulator = await startEmulator({ functions: { Late, Next: () => "next" }, routes: {} });
    expect(await (await invoke(emulator, "Late")).json()).toBe("answered");
    ended.resolve();
    expect(await (await invoke(emulator, "Next")).json()).toBe("next");
    expect(emulator.recording.failures).toMatchObject([{ errorMessage: "late" }]);
  },
  async "LA-10"() {
    await using emulator = await startEmulator({ functions: { Fn: () => "served" }, routes: {}, clock: STOPPED });
    const path = "/2015-03-31/functions/Fn/invocations";
    const announced = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${6 * 1024 * 1024}\r\n\r\n`;
    const holders = await Promise.all(Array.from({ length: 11 }, () => openSocket(emulator.port)));
    for (const holder of holders) holder.on("error", () => {}).write(announced);
    await expect.poll(() => emulator.clock.pending).toBe(1);
    expect((await post(emulator, "x", "x")).status, "a call of a function waits for none of them").toBe(400);
    const answers = Promise.race(holders.map((holder) => once(holder, "data")));
    await emulator.clock.advance(20_000);
    expect(String(await answers)).toMatch(/^HTTP\/1\.1 503 /);
    for (const holder of holders) holder.destroy();
  },
  async "LA-11"() {
    let outcome: unknown;
    const loadFunction = async () => {
      const call = fetch(process.env["AWS_ENDPOINT_URL"] ?? "");
      outcome = await call.then(
        () => "a response",
        ({ cause }) => cause.code,
      );
      return () => undefined;
    };
    const template = { text: ONE_FUNCTION, file: "inline.yaml" };
    await using _running = await runTemplate({ template, loadFunction });
    expect(outcome).toBe("ECONNREFUSED");
  },
  async "LA-12"() {
    const { event } = await throughUrl();
    const { domainName, domainPrefix, apiId } = event.requestContext;
    expect(domainName).toMatch(/^127\.0\.0\.1:\d+$/);
    expect([domainPrefix, apiId, event.rawPath]).toEqual(["Fn", "Fn", "/check"]);
    expect(event.headers).toMatchObject({ "x-forwarded-port": "443", "x-forwarded-proto": "https" });
  },
  async "LA-13"() {
    for (const [type, isBase64Encoded] of [
      ["application/json", false],
      ["text/csv", false],
      ["application/x-www-form-urlencoded", true],
      ["image/png", true],
    ] as const) {
      const { event } = await throughUrl({ method: "POST", headers: { "content-type": type }, body: "x" });
      expect([type, event.isBase64Encoded]).toEqual([type, isBase64Encoded]);
    }
  },
  async "LA-14"() {
    const names = ["WWW-Authenticate", "Connection", "Content-Length", "Server", "Transfer-Encoding", "Upgrade"];
    const headers = Object.fromEntries([...names, "Date", "X-Own"].map((name) => [name, "7"]));
    const { response } = await throughUrl({}, { statusCode: 401, headers, body: "four" });
    for (const name of names) expect(response.headers.get(`x-amzn-remapped-${name}`)).toBe("7");
    expect(response.headers.has("www-authenticate")).toBe(false);
    expect([response.headers.get("x-own"), response.headers.get("content-length")]).toEqual(["7", "4"]);
    expect(response.headers.get("x-amzn-remapped-date")).toBe("7");
  },
  async "LA-15"() {
    const { event } = await throughUrl({ headers: { "X-Forwarded-For": "203.0.113.9", Cookie: "a=1; b=2" } });
    expect([event.headers["x-forwarded-for"], event.headers.cookie]).toEqual(["127.0.0.1", undefined]);
    expect(event.cookies).toEqual(["a=1", "b=2"]);
  },
  async "LA-16"() {
    const { response } = await throughUrl({ headers: { Origin: "https://a.example" } });
    expect(response.headers.get("access-control-allow-origin")).toBe("https://a.example");
  },
  async "LA-21"() {
    await using emulator = await startEmulator({ template: "packages/emulator/tests/fixtures/workers/faults.yaml" });
    expect(await emulator.invoke("Faults", { do: "place" })).toEqual({
      folder: process.cwd(),
      errors: ["ERR_WORKER_UNSUPPORTED_OPERATION", "ERR_WORKER_UNSUPPORTED_OPERATION"],
    });
  },
  async "LA-22"() {
    await using emulator = await startEmulator({ template: "packages/emulator/tests/fixtures/workers/faults.yaml" });
    const { url, called, release } = await heldResponse();
    const held = Array.from({ length: 3 }, () => emulator.invoke("Faults", { do: "wait", url }));
    await expect.poll(called, { timeout: 10_000 }).toBe(3);
    expect(await emulator.invoke("Faults", { do: "count" }), "in a thread of its own").toMatchObject({
      invocations: 1,
    });
    release();
    expect(await Promise.all(held)).toEqual(["released", "released", "released"]);
  },
  async "LA-23"() {
    const scheduler = new ManualScheduler();
    const observed: string[] = [];
    const { invoke } = makeAsynchronousInvocations({
      ...{ settings: [], scheduler, sendOutcome: () => [], observe: ({ kind }) => observed.push(kind) },
      functions: {
        ...{ has: () => true, arnOf: (name) => name, isBusy: () => false },
        invoke: async () => failed("Error", "always"),
      },
    });
    const event = "x".repeat(32 * 1024 * 1024 - 2);
    for (const _ of [1, 2, 3]) void invoke("Fn", event);
    await turnOfEventLoop();
    expect(observed).toEqual(["invocation-retried", "invocation-retried", "invocation-discarded"]);
    scheduler.advance(60_000);
    await turnOfEventLoop();
    expect(observed.slice(3)).toEqual(["invocation-retried", "invocation-retried"]);
  },
};

describe("docs/fidelity.md", () => {
  it("has exactly the rows that are tested here", () => {
    const documented = [
      ...readFileSync("packages/emulator/docs/fidelity.md", "utf8").matchAll(/^\| ((?:AG|LA)-\d+) /gm),
    ].map(([, id]) => id);
    expect(documented).toEqual(Object.keys(differences));
  });

  it.each(Object.entries(differences))("%s", async (_, difference) => {
    await difference();
  });
});
