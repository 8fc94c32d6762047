import { describe, expect, it } from "vitest";
import { readTemplate } from "../../src/template/read-template.ts";
import { localAccount } from "../support/project-template.ts";
import { smallTemplate } from "../support/small-template.ts";

function describeWith(globals: string, ...resources: readonly string[]) {
  const text = `Globals: ${globals}\n${smallTemplate(...resources)}`;
  return readTemplate({ file: "small.yaml", text, parameters: {}, account: localAccount() });
}

const FN = "Fn: { Type: AWS::Serverless::Function";

describe("Globals of functions", () => {
  it("count where the function has no value, and maps are merged", () => {
    const globals =
      "{ Function: { Handler: app.run, Timeout: 7, MemorySize: 256, Environment: { Variables: { A: a, B: b } } } }";
    const own = `${FN}, Properties: { CodeUri: src, Timeout: 9, Environment: { Variables: { B: own, C: c } } } }`;

    expect(describeWith(globals, own).functions).toMatchObject([
      {
        codeUri: "src",
        handler: "app.run",
        timeoutSeconds: 9,
        memoryMegabytes: 256,
        environment: { A: "a", B: "own", C: "c" },
      },
    ]);
  });

  it("make a function whole that has no properties of its own", () => {
    const { functions } = describeWith("{ Function: { Handler: app.run, CodeUri: src } }", `${FN} }`);

    expect(functions).toMatchObject([{ codeUri: "src", handler: "app.run" }]);
  });

  it("do not replace a value that the function leaves out on purpose", () => {
    const own = `${FN}, Properties: { CodeUri: ., Handler: index.handler, Timeout: !Ref AWS::NoValue } }`;

    expect(describeWith("{ Function: { Timeout: 7 } }", own).functions).toMatchObject([{ timeoutSeconds: 3 }]);
  });

  it.each([
    ["all of them", '"*"', 3, 128],
    ["some of them", "[Timeout]", 3, 256],
  ])("do not count for a function that ignores %s", (_which, ignored, timeoutSeconds, memoryMegabytes) => {
    const own = `${FN}, IgnoreGlobals: ${ignored}, Properties: { CodeUri: ., Handler: index.handler } }`;
    const { functions } = describeWith("{ Function: { Timeout: 7, MemorySize: 256 } }", own);

    expect(functions).toMatchObject([{ timeoutSeconds, memoryMegabytes }]);
  });

  it("may be URLs", () => {
    const { functionUrls } = describeWith("{ Function: { FunctionUrlConfig: { AuthType: NONE } } }");

    expect(functionUrls).toMatchObject([{ id: "Fn", permitted: true }]);
  });

  it("that are wrong are named with their line", () => {
    expect(() => describeWith("{ Function: { Timeout: 901 } }")).toThrow(
      "small.yaml:1: Fn.Timeout must be a whole number from 1 to 900",
    );
  });
});

describe("Globals of APIs", () => {
  it("count where the API has no value", () => {
    const { api, warnings } = describeWith(
      "{ WebSocketApi: { RouteSelectionExpression: $request.body.other, StageVariables: { table: t } } }",
    );

    expect(api.stages).toEqual([{ name: "dev", variables: { table: "t" } }]);
    expect(api.routeSelectionExpression).toBe("$request.body.action");
    expect(warnings).toEqual([]);
  });

  it("are those that SAM knows", () => {
    expect(() => describeWith("{ WebSocketApi: { StageName: dev } }")).toThrow(
      "small.yaml:1: Globals.WebSocketApi.StageName is not a property that the emulator knows",
    );
  });
});
