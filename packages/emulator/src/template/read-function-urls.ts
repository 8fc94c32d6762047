import type { Cors, FunctionUrl } from "../function-url/function-url.ts";
import { assertRunsHere } from "./function-code.ts";
import { isUrlPublic } from "./read-permissions.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

/** Reads the URLs of functions. Throws TemplateError on kinds that are not emulated. */
export function readFunctionUrls(stack: Stack): readonly FunctionUrl[] {
  const { functions } = stack;
  const own = stack.resources
    .ofType("AWS::Serverless::Function")
    .filter(({ properties }) => properties.isGiven("FunctionUrlConfig"))
    .map((fn): FunctionUrl => {
      assertRunsHere(fn, fn.properties, "FunctionUrlConfig");
      // SAM makes the permissions.
      const url = { id: fn.logicalId, functionName: stack.nameOf(fn), permitted: true };
      return { ...url, ...readSettings(fn.properties.section("FunctionUrlConfig")) };
    });
  const ids = new Set(own.map(({ id }) => id));
  const others = stack.resources.ofType("AWS::Lambda::Url").map((resource): FunctionUrl => {
    const { properties } = resource;
    const fn = functions.find((candidate) => stack.arnOf(candidate) === stack.refOf(resource));
    if (fn === undefined || ids.has(fn.logicalId)) {
      throw properties.problem("TargetFunctionArn", "is a function that has a URL already");
    }
    ids.add(fn.logicalId);
    assertRunsHere(fn, properties, "TargetFunctionArn");
    const functionName = stack.nameOf(fn);
    const url = { id: fn.logicalId, functionName, permitted: isUrlPublic(stack, functionName) };
    return { ...url, ...readSettings(properties) };
  });
  return [...own, ...others];
}

function readSettings(config: Section): Pick<FunctionUrl, "cors"> {
  const authType = config.text("AuthType");
  if (authType === "AWS_IAM") {
    throw config.problem("AuthType", "AWS_IAM is not known to the emulator: no signature is checked here");
  }
  if (authType !== "NONE") throw config.problem("AuthType", "must be NONE or AWS_IAM");
  return config.isGiven("Cors") ? { cors: readCors(config.section("Cors")) } : {};
}

const METHODS: ReadonlySet<string> = new Set(["GET", "PUT", "HEAD", "POST", "PATCH", "DELETE", "*"]);

function readCors(cors: Section): Cors {
  const allowMethods = cors.texts("AllowMethods");
  if (!allowMethods.every((method) => METHODS.has(method))) {
    // Lambda answers OPTIONS itself.
    throw cors.problem("AllowMethods", `must be some of ${[...METHODS].join(", ")}`);
  }
  return {
    allowOrigins: cors.texts("AllowOrigins"),
    allowMethods,
    allowHeaders: cors.texts("AllowHeaders"),
    exposeHeaders: cors.texts("ExposeHeaders"),
    ...(cors.has("MaxAge") && { maxAgeSeconds: cors.integer("MaxAge", 0, 86_400) }),
    allowCredentials: cors.flag("AllowCredentials"),
  };
}
