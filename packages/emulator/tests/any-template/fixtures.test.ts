import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readTemplate } from "../../src/template/read-template.ts";
import { localAccount } from "../support/project-template.ts";

const FIXTURES = "packages/emulator/tests/fixtures";
const TOKEN_KEY = "only-for-tests-0123456789abcdef0";

function read(name: string, parameters: Readonly<Record<string, string>> = {}) {
  const text = readFileSync(join(FIXTURES, name, "template.yaml"), "utf8");
  return readTemplate({ file: "template.yaml", text, parameters, account: localAccount() });
}

const routesOf = ({ api }: ReturnType<typeof read>) =>
  api.routes.map(({ routeKey, functionName, routeResponse }) => [routeKey, functionName, routeResponse]);

const environmentOf = ({ functions }: ReturnType<typeof read>, name: string) =>
  functions.find((fn) => fn.name === name)?.environment;

describe("a template like those of tutorials", () => {
  it.each([
    ["connections", {}],
    ["jwt-authorizer", { TokenKey: TOKEN_KEY }],
    ["entity-subscriptions", {}],
    ["user-notifications", {}],
    ["custom-domain", {}],
    ["chat", {}],
  ])("has a module for each handler, and API Gateway may invoke all of its functions: %s", (name, parameters) => {
    const { api, functions, warnings } = read(name, parameters);

    for (const { codeUri, handler } of functions) {
      const module = join(FIXTURES, name, codeUri, handler.slice(0, handler.lastIndexOf(".")));
      expect(
        [".js", ".mjs"].some((extension) => existsSync(`${module}${extension}`)),
        module,
      ).toBe(true);
    }
    expect(api.routes.filter(({ permittedStages }) => permittedStages !== undefined)).toEqual([]);
    expect(warnings.filter((warning) => !/Layer/.test(warning))).toEqual([]);
  });

  it("connections", () => {
    const stack = read("connections", { ConnectionTable: "mine" });

    expect(stack.api.stages).toEqual([{ name: "dev" }]);
    expect(routesOf(stack)).toEqual([
      ["$connect", "OpenFunction", false],
      ["$disconnect", "CloseFunction", false],
    ]);
    expect(environmentOf(stack, "OpenFunction")).toEqual({ TABLE_NAME: "mine", TTL_HOURS: "24" });
    expect(environmentOf(stack, "CloseFunction")).toEqual({ TABLE_NAME: "mine" });
  });

  it("jwt-authorizer", () => {
    const stack = read("jwt-authorizer", { TokenKey: TOKEN_KEY });

    expect(stack.api.routes).toEqual([
      {
        routeKey: "$connect",
        functionName: "OpenFunction",
        routeResponse: false,
        authorizer: { functionName: "authorize", identitySources: ["route.request.header.Sec-WebSocket-Protocol"] },
      },
    ]);
    expect(stack.secrets).toMatchObject([{ initial: { kind: "given", text: `{ "key": "${TOKEN_KEY}" }` } }]);
    expect(environmentOf(stack, "authorize")).toEqual({ TOKEN_SECRET: stack.secrets[0]?.arn });
    expect(() => read("jwt-authorizer")).toThrow("parameter TokenKey has no default");
    expect(stack.warnings).toEqual([
      expect.stringMatching(/^template\.yaml:\d+: Dependencies is ignored, because AWS::Serverless::LayerVersion is/),
      expect.stringMatching(/^template\.yaml:\d+: Globals\.Function\.Layers is not emulated: layers are not loaded/),
    ]);
  });

  it("entity-subscriptions", () => {
    const stack = read("entity-subscriptions");

    expect(routesOf(stack)).toEqual([
      ["subscribe", "SubscribeFunction", true],
      ["unsubscribe", "UnsubscribeFunction", false],
    ]);
    expect(stack.rules).toMatchObject([
      {
        targets: [
          { queue: "Updates", permitted: true, deadLetterQueue: "DeadUpdates", deadLetterQueuePermitted: false },
        ],
      },
    ]);
    expect(stack.eventSourceMappings).toMatchObject([{ queue: "Updates", functionName: "PublishFunction" }]);
    expect(environmentOf(stack, "PublishFunction")).toEqual({
      TABLE_NAME: "Subscriptions",
      INDEX_NAME: "by-entity",
      ENDPOINT: "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/dev",
    });
  });

  it("user-notifications", () => {
    const stack = read("user-notifications");

    expect(stack.api.routes).toEqual([
      {
        routeKey: "$connect",
        functionName: "OpenFunction",
        routeResponse: false,
        integrationTimeoutMillis: 5000,
        requiredParameters: ["route.request.querystring.user"],
      },
    ]);
    expect(stack.functions.find(({ name }) => name === "NotifyFunction")).toMatchObject({
      codeUri: "functions/notify",
      handler: "lib/notify.handler",
      timeoutSeconds: 10,
      memoryMegabytes: 128,
      environment: {
        TABLE_NAME: "Connections",
        ENDPOINT: "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/live",
      },
    });
    expect(stack.rules).toMatchObject([{ targets: [{ queue: "Notifications", permitted: true }] }]);
    expect(stack.eventSourceMappings).toMatchObject([
      { queue: "Notifications", functionName: "NotifyFunction", reportBatchItemFailures: true },
    ]);
  });

  it("custom-domain", () => {
    const stack = read("custom-domain");
    const named = read("custom-domain", { DeployDomain: "true", Domain: "ws.example.com", Zone: "Z1" });

    expect(stack.api.stages).toEqual([{ name: "dev", variables: { color: "blue" } }]);
    expect(routesOf(stack)).toEqual([["service/status", "StatusFunction", true]]);
    expect(stack.api.domains).toBeUndefined();
    expect(named.api.domains).toEqual([{ name: "ws.example.com", path: "/", stage: "dev" }]);
  });

  it("chat", () => {
    const stack = read("chat", { TableName: "my_room" });

    expect(stack.api.stages).toEqual([{ name: "Prod" }]);
    expect(routesOf(stack)).toEqual([
      ["$connect", "JoinFunction", false],
      ["$disconnect", "LeaveFunction", false],
      ["say", "SayFunction", false],
    ]);
    expect(
      stack.functions.map(({ handler, memoryMegabytes, environment }) => [handler, memoryMegabytes, environment]),
    ).toEqual(["join", "leave", "say"].map(() => ["app.handler", 256, { TABLE_NAME: "my_room" }]));
    expect(() => read("chat", { TableName: "my-room" })).toThrow("parameter TableName must be letters and underscores");
  });
});
