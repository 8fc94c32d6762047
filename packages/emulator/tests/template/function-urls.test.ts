import { describe, expect, it } from "vitest";
import { runTemplate } from "../../src/index.ts";
import { readTemplate } from "../../src/template/read-template.ts";
import { localAccount } from "../support/project-template.ts";
import { describeSmallTemplate, smallTemplate } from "../support/small-template.ts";

const fn = (config: string, more = "") =>
  `Fn: { Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: index.handler, FunctionUrlConfig: ${config}${more} } }`;
const resource = (properties: string) => `Address: { Type: AWS::Lambda::Url, Properties: { ${properties} } }`;
const publicly = (id: string, properties: string) =>
  `${id}: { Type: AWS::Lambda::Permission, Properties: { FunctionName: !Ref Fn, Principal: "*", ${properties} } }`;
const BY_URL = publicly("ByUrl", "Action: lambda:InvokeFunctionUrl, FunctionUrlAuthType: NONE");
const INVOKE = publicly("Invoke", "Action: lambda:InvokeFunction, InvokedViaFunctionUrl: true");

describe("FunctionUrlConfig", () => {
  it("gives the function a URL, whose permissions SAM makes", () => {
    const { functionUrls, warnings } = describeSmallTemplate(fn("{ AuthType: NONE, InvokeMode: BUFFERED }"));

    expect(functionUrls).toEqual([{ id: "Fn", functionName: "Fn", permitted: true }]);
    expect(warnings).toEqual([]);
  });

  it("may have CORS", () => {
    const cors =
      "{ AllowOrigins: ['*'], AllowMethods: [POST], AllowHeaders: [authorization], ExposeHeaders: [x-a], MaxAge: 600, AllowCredentials: true }";

    expect(describeSmallTemplate(fn(`{ AuthType: NONE, Cors: ${cors} }`)).functionUrls).toMatchObject([
      {
        cors: {
          allowOrigins: ["*"],
          allowMethods: ["POST"],
          allowHeaders: ["authorization"],
          exposeHeaders: ["x-a"],
          maxAgeSeconds: 600,
          allowCredentials: true,
        },
      },
    ]);
    expect(describeSmallTemplate(fn("{ AuthType: NONE, Cors: {} }")).functionUrls).toMatchObject([
      { cors: { allowOrigins: [], allowMethods: [], allowHeaders: [], exposeHeaders: [], allowCredentials: false } },
    ]);
  });

  it("gives its address to the template, with the function's logical id", () => {
    const variables =
      ", FunctionName: checker, Environment: { Variables: { URL: !GetAtt FnUrl.FunctionUrl, ARN: !GetAtt FnUrl.FunctionArn, REF: !Ref FnUrl } }";
    const text = smallTemplate(fn("{ AuthType: NONE }", variables));
    const account = localAccount("http://127.0.0.1:3210");
    const stack = readTemplate({ file: "small.yaml", text, parameters: {}, account });
    const arn = "arn:aws:lambda:us-east-1:123456789012:function:checker";

    expect(stack.functions[0]?.environment).toEqual({
      URL: "http://127.0.0.1:3210/_functions/Fn/",
      ARN: arn,
      REF: arn,
    });
    expect(stack.functionUrls).toMatchObject([{ id: "Fn", functionName: "checker" }]);
  });

  it("does not exist if the function's condition is false", () => {
    const text = `${smallTemplate(
      "Check: { Type: AWS::Serverless::Function, Condition: No, Properties: { CodeUri: ., Handler: index.handler, FunctionUrlConfig: { AuthType: NONE } } }",
    )}Conditions: { No: !Equals [a, b] }\n`;
    const stack = readTemplate({ file: "small.yaml", text, parameters: {}, account: localAccount() });

    expect(stack.functionUrls).toEqual([]);
  });

  it.each([
    ["{}", "Fn.FunctionUrlConfig.AuthType is missing"],
    ["{ AuthType: AWS_IAM }", "Fn.FunctionUrlConfig.AuthType AWS_IAM is not known to the emulator"],
    ["{ AuthType: OFF }", "Fn.FunctionUrlConfig.AuthType must be NONE or AWS_IAM"],
    ["{ AuthType: NONE, InvokeMode: RESPONSE_STREAM }", "Fn.FunctionUrlConfig.InvokeMode is not known to the emulator"],
    ["{ AuthType: NONE, Cors: { AllowMethods: [OPTIONS] } }", "Cors.AllowMethods must be some of GET, PUT, HEAD, POST"],
    ["{ AuthType: NONE, Cors: { MaxAge: 86401 } }", "Cors.MaxAge must be a whole number from 0 to 86400"],
    ["{ AuthType: NONE, Cors: { AllowOrigin: a } }", "Cors.AllowOrigin is not a property that the emulator knows"],
    ["{ AuthType: NONE, Cors: true }", "Fn.FunctionUrlConfig.Cors is not a map"],
  ])("%s is refused", (config, problem) => {
    expect(() => describeSmallTemplate(fn(config))).toThrow(problem);
  });
});

describe("AWS::Lambda::Url", () => {
  const NONE = "AuthType: NONE, TargetFunctionArn: !GetAtt Fn.Arn";

  it.each(["!GetAtt Fn.Arn", "!Ref Fn", "123456789012:function:Fn"])("names its function as %s", (target) => {
    const { functionUrls } = describeSmallTemplate(
      resource(`AuthType: NONE, TargetFunctionArn: ${target}, Cors: { AllowOrigins: [https://a.example] }`),
      ...[BY_URL, INVOKE],
    );

    expect(functionUrls).toMatchObject([{ id: "Fn", permitted: true, cors: { allowOrigins: ["https://a.example"] } }]);
  });

  it("gives its address to the template", () => {
    const user =
      "User: { Type: AWS::Serverless::Function, Properties: { CodeUri: ., Handler: index.handler, Environment: { Variables: { URL: !GetAtt Address.FunctionUrl } } } }";

    expect(describeSmallTemplate(resource(NONE), user).functions[1]?.environment).toEqual({
      URL: "http://127.0.0.1:3001/_functions/Fn/",
    });
  });

  it.each<readonly [about: string, permissions: readonly string[]]>([
    ["no permission", []],
    ["the permission of the URL alone", [BY_URL]],
    ["the permission to invoke alone", [INVOKE]],
    ["another principal's permissions", [BY_URL, INVOKE].map((one) => one.replace('"*"', "events.amazonaws.com"))],
    ["another function's permissions", [BY_URL, INVOKE].map((one) => one.replace("!Ref Fn", "Other"))],
    ["permissions for signed requests", [BY_URL.replace("NONE", "AWS_IAM"), INVOKE]],
  ])("attack:P6 is closed with %s", (_about, permissions) => {
    expect(describeSmallTemplate(resource(NONE), ...permissions).functionUrls).toMatchObject([{ permitted: false }]);
  });

  it.each([
    ["AuthType: NONE, TargetFunctionArn: Other", "Address.TargetFunctionArn is not any function here"],
    [`${NONE}, Qualifier: live`, "Address.Qualifier is not known to the emulator"],
    ["AuthType: AWS_IAM, TargetFunctionArn: !Ref Fn", "Address.AuthType AWS_IAM is not known to the emulator"],
  ])("%s is refused", (properties, problem) => {
    expect(() => describeSmallTemplate(resource(properties))).toThrow(problem);
  });

  it("is refused as the second of a function", () => {
    const second = () => describeSmallTemplate(fn("{ AuthType: NONE }"), resource(NONE));

    expect(second).toThrow("Address.TargetFunctionArn is a function that has a URL already");
  });
});

it("a function's URL is served, and is in the handle", async () => {
  const template = { text: smallTemplate(fn("{ AuthType: NONE }")), file: "small.yaml" };
  let seen: unknown;
  await using running = await runTemplate({
    template,
    loadFunction: () => (event: { rawPath: string }) => event.rawPath,
    overrides: (_fn, { functionUrls }) => {
      seen = functionUrls;
      return {};
    },
  });

  expect(running.functionUrls).toEqual({ Fn: `${running.endpoint}/_functions/Fn/` });
  expect(seen).toEqual(running.functionUrls);
  expect(await (await fetch(`${running.functionUrls["Fn"]}check`)).json()).toBe("/check");
});
