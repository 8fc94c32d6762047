import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { type RunTemplateOptions, runTemplate, TemplateError } from "../src/index.ts";
import { connectTo } from "../src/testing.ts";

const TEMPLATE = `
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Handler: index.handler, Runtime: nodejs24.x } }
Resources:
  Chat:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: dev
      RouteSelectionExpression: $request.body.action
      Routes:
        one: { FunctionArn: !GetAtt One.Arn }
        two: { FunctionArn: !GetAtt Two.Arn }
  OneResponse: { Type: AWS::ApiGatewayV2::RouteResponse, Properties: { ApiId: !Ref Chat, RouteId: !Ref ChatOneRoute, RouteResponseKey: $default } }
  TwoResponse: { Type: AWS::ApiGatewayV2::RouteResponse, Properties: { ApiId: !Ref Chat, RouteId: !Ref ChatTwoRoute, RouteResponseKey: $default } }
  One: { Type: AWS::Serverless::Function, Properties: { CodeUri: one/, Environment: { Variables: { NAME: first, ONLY: one } } } }
  Two: { Type: AWS::Serverless::Function, Properties: { CodeUri: two, Handler: lib/main.api.run, Environment: { Variables: { NAME: second } } } }
`;

/** Returns a variable's value while the module loaded, and its value now. */
const BODY = `JSON.stringify([loaded, process.env.NAME, process.env.ONLY, process.env.AWS_LAMBDA_FUNCTION_NAME])`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "emulator-"));
  for (const name of ["one", "two/lib"]) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, "template.yaml"), TEMPLATE);
  writeFileSync(
    join(folder, "one/index.mjs"),
    `const loaded = process.env.NAME;\nexport const handler = async () => ({ statusCode: 200, body: ${BODY} });\n`,
  );
  writeFileSync(
    join(folder, "two/lib/main.cjs"),
    `const loaded = process.env.NAME;\nmodule.exports = { api: { run: async () => ({ statusCode: 200, body: ${BODY} }) } };\n`,
  );
});

afterAll(() => rmSync(folder, { recursive: true }));

async function run(options: Partial<RunTemplateOptions> = {}) {
  const running = await runTemplate({ template: join(folder, "template.yaml"), ...options });
  onTestFinished(() => running.close());
  return running;
}

async function answers(url: string): Promise<readonly unknown[]> {
  const client = await connectTo(url);
  client.send({ action: "one" });
  const one = await client.json();
  client.send({ action: "two" });
  return [one, await client.json()];
}

describe("gw:template-23 runTemplate", () => {
  it("finds the modules of functions, and gives each function its own environment", async () => {
    const { url, port, stage, endpoint } = await run();

    expect({ url, stage, endpoint }).toEqual({
      url: `ws://127.0.0.1:${port}/dev`,
      stage: "dev",
      endpoint: `http://127.0.0.1:${port}`,
    });
    expect(await answers(url)).toEqual([
      ["first", "first", "one", "One"],
      ["second", "second", null, "Two"],
    ]);
  });

  it("leaves the environment of the process as it is", async () => {
    const before = { ...process.env };
    const { url } = await run({ overrides: { NAME: "changed" } });
    await answers(url);

    expect({ ...process.env }).toEqual(before);
    expect(process.env["AWS_LAMBDA_FUNCTION_NAME"]).toBeUndefined();
  });

  it("uses handlers from loadFunction and variables from overrides, by function", async () => {
    const { url } = await run({
      loadFunction: (fn) => () => ({
        statusCode: 200,
        body: JSON.stringify([fn.logicalId, fn.codeUri, process.env["NAME"]]),
      }),
      overrides: ({ name }, { stage }) => (name === "One" ? { NAME: `of ${stage}` } : {}),
    });

    expect(await answers(url)).toEqual([
      ["One", "one/", "of dev"],
      ["Two", "two", "second"],
    ]);
  });

  it("accepts the text of a template, and further services", async () => {
    const { endpoint } = await run({
      template: { text: TEMPLATE, file: "inline.yaml" },
      loadFunction: () => () => undefined,
      services: ({ stage }) => [async ({ path }) => (path === "/hello" ? { status: 200, body: stage } : undefined)],
    });

    expect(await (await fetch(`${endpoint}/hello`)).text()).toBe("dev");
  });

  it.each([
    ["CodeUri: one/", "CodeUri: none/", /^inline\.yaml:15: One has no module .*none\/index \(\.js, /],
    [
      "CodeUri: one/",
      "CodeUri: one.zip",
      /^inline\.yaml:11: .* needs One, which cannot run: its code is in an archive/,
    ],
    [
      "CodeUri: one/",
      "CodeUri: s3://bucket/one",
      /^inline\.yaml:11: .* needs One, which cannot run: its code is in S3/,
    ],
    ["nodejs24.x", "python3.13", /^inline\.yaml:11: .* needs One, which cannot run: its Runtime is python3\.13, /],
    ["StageName: dev", "StagName: dev", /^inline\.yaml:8: Chat\.StagName .*misspelt\?$/],
  ])("refuses a template in one line: %s changed to %s", async (piece, replacement, message) => {
    const text = TEMPLATE.replace(piece, replacement).replaceAll(/CodeUri: (?=one|two)/g, `CodeUri: ${folder}/`);
    const running = runTemplate({ template: { text, file: "inline.yaml" } });

    await expect(running).rejects.toThrow(TemplateError);
    await expect(running).rejects.toThrow(message);
  });

  it("refuses a loadFunction that gives no function", async () => {
    const loadFunction = () => null as never;

    await expect(run({ loadFunction })).rejects.toThrow(new TypeError("loadFunction gives no function for One"));
  });

  it("warns in the terminal, unless the caller takes the warnings", async () => {
    const inTerminal = vi.spyOn(console, "warn").mockReturnValue(undefined);
    onTestFinished(() => inTerminal.mockRestore());
    const warnings: string[] = [];
    const text = TEMPLATE.replace("CodeUri: one/,", "CodeUri: one/, Layers: [arn:aws:x],");
    const options = { template: { text, file: "inline.yaml" }, loadFunction: () => () => undefined };

    await run({ ...options, warn: (line) => warnings.push(line) });
    expect(inTerminal).not.toHaveBeenCalled();
    await run(options);

    expect(warnings).toEqual([expect.stringMatching(/^inline\.yaml:15: One\.Layers is not emulated: /)]);
    expect(inTerminal.mock.calls).toEqual(warnings.map((warning) => [warning]));
  });

  it("refuses a missing file", async () => {
    await expect(runTemplate({ template: "none.yaml" })).rejects.toThrow("none.yaml: cannot be read (ENOENT)");
  });
});
