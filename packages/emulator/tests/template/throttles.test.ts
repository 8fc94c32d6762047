import { describe, expect, it } from "vitest";
import { TemplateError } from "../../src/template/template-error.ts";
import { describeTemplate, projectTemplate, replaced } from "../support/project-template.ts";

const DEFAULT = /( {6}DefaultRouteSettings:\n)(?: {8}.*\n)+/;

/** The stages of the project's template with other settings of its routes. */
function stagesWith(settings: string) {
  const template = replaced(projectTemplate(), DEFAULT, `${settings}\n`);
  return describeTemplate(template).api.stages;
}

describe("gw:stage-1 the throttles of a stage are read", () => {
  it("from DefaultRouteSettings and RouteSettings, each part by itself", () => {
    const [stage] = stagesWith(`
      DefaultRouteSettings: { ThrottlingRateLimit: 0.5, LoggingLevel: ERROR }
      RouteSettings:
        $connect: { ThrottlingRateLimit: "10", ThrottlingBurstLimit: 20 }
        ping: { ThrottlingBurstLimit: 0 }
        $default: { DetailedMetricsEnabled: true }`);
    expect(stage.defaultThrottle).toEqual({ perSecond: 0.5 });
    expect(stage.routeThrottles).toEqual(
      new Map<string, object>([
        ["$connect", { perSecond: 10, burst: 20 }],
        ["ping", { burst: 0 }],
        ["$default", {}],
      ]),
    );
  });

  it("from a stage beside the API's own", () => {
    const text = replaced(
      replaced(projectTemplate(), DEFAULT, ""),
      "Resources:\n",
      `Resources:
  Blue:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref WebsocketApi
      StageName: blue
      AutoDeploy: true
      DefaultRouteSettings: { ThrottlingBurstLimit: 3 }
      RouteSettings: { subscribe: { ThrottlingRateLimit: 7 } }
`,
    );
    expect(describeTemplate(text).api.stages).toEqual([
      { name: "dev" },
      { name: "blue", defaultThrottle: { burst: 3 }, routeThrottles: new Map([["subscribe", { perSecond: 7 }]]) },
    ]);
  });

  it.each([
    ["RouteSettings: { nonsense: { ThrottlingRateLimit: 7 } }", "RouteSettings.nonsense is not a route of the API"],
    ["RouteSettings: { ping: { ThrottlingRateLimit: -1 } }", "RouteSettings.ping.ThrottlingRateLimit is negative"],
    [
      "RouteSettings: { ping: { ThrottlingRateLimit: many } }",
      "RouteSettings.ping.ThrottlingRateLimit is not a number",
    ],
    ["RouteSettings: { ping: { ThrottlingRate: 1 } }", "ThrottlingRate is not a property that the emulator knows"],
    ["DefaultRouteSettings: { ThrottlingBurstLimit: 0.5 }", "must be a whole number from 0 to 2147483647"],
    ["DefaultRouteSettings: { ThrottlingBurstLimit: -1 }", "must be a whole number from 0 to 2147483647"],
  ])("%s is refused", (settings, message) => {
    expect(() => stagesWith(`      ${settings}`)).toThrow(TemplateError);
    expect(() => stagesWith(`      ${settings}`)).toThrow(message);
  });
});
