import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";
import type { TemplateLocation } from "./template-error.ts";

export type FunctionCode = { readonly at: TemplateLocation } & (
  | { readonly kind: "folder"; readonly path: string }
  /** The text of a CommonJS module named `index`. */
  | { readonly kind: "inline"; readonly text: string }
  /** It cannot run here. The reason is a sentence. */
  | { readonly kind: "foreign"; readonly reason: string }
);

/** Finds the code of a function of either type. */
export function readCode(fn: Resource): FunctionCode {
  const { properties } = fn;
  if (!properties.isText("PackageType", "Zip") && properties.has("PackageType"))
    return image(properties, "PackageType");
  const runtime = properties.text("Runtime", "nodejs");
  if (!runtime.startsWith("nodejs")) {
    return foreign(properties, "Runtime", `its Runtime is ${runtime}, and only Node.js runs here`);
  }
  return fn.type === "AWS::Serverless::Function" ? readSamCode(properties) : readLambdaCode(fn);
}

function readSamCode(properties: Section): FunctionCode {
  if (properties.isGiven("ImageUri")) return image(properties, "ImageUri");
  if (properties.has("InlineCode")) return inline(properties, "InlineCode");
  if (properties.isMap("CodeUri")) return bucket(properties, "CodeUri");
  // SAM's default is the folder of the template.
  return folder(properties, "CodeUri", ".");
}

function readLambdaCode({ properties, section }: Resource): FunctionCode {
  const asset = section.section("Metadata");
  if (asset.has(CDK_ASSET)) return folder(asset, CDK_ASSET);
  // `aws cloudformation package` replaces a local path by the place in S3 to which it uploads the code.
  if (properties.isGiven("Code") && !properties.isMap("Code")) return folder(properties, "Code");
  const code = properties.section("Code");
  if (code.isGiven("ImageUri")) return image(code, "ImageUri");
  if (code.has("ZipFile")) return inline(code, "ZipFile");
  if (code.isGiven("S3Bucket")) return bucket(code, "S3Bucket");
  throw properties.problem("Code", "has no code: a path, or ZipFile with the text of a module");
}

/** The CDK's own metadata: the path of the code, whose place in S3 is the property. */
const CDK_ASSET = "aws:asset:path";

function folder(section: Section, name: string, fallback?: string): FunctionCode {
  const path = section.text(name, fallback);
  if (path.startsWith("s3://")) return bucket(section, name);
  if (/\.(zip|jar)$/.test(path)) return foreign(section, name, "its code is in an archive, which is not unpacked here");
  return { kind: "folder", path, at: section.locationOf(name) };
}

function inline(section: Section, name: string): FunctionCode {
  return { kind: "inline", text: section.text(name), at: section.locationOf(name) };
}

function image(section: Section, name: string): FunctionCode {
  return foreign(section, name, "its code is a container image, and only Node.js modules run here");
}

function bucket(section: Section, name: string): FunctionCode {
  return foreign(section, name, "its code is in S3, and only code on this machine runs here");
}

function foreign(section: Section, name: string, reason: string): FunctionCode {
  return { kind: "foreign", reason, at: section.locationOf(name) };
}

/** Throws TemplateError if the property needs a function whose code cannot run here. */
export function assertRunsHere(fn: Resource, section: Section, property: string): void {
  const code = readCode(fn);
  if (code.kind === "foreign")
    throw section.problem(property, `needs ${fn.logicalId}, which cannot run: ${code.reason}`);
}

/** A line for each function that is left out. A function that the template itself invokes ends the start instead. */
export function foreignFunctions(functions: readonly Resource[]): readonly string[] {
  return functions.flatMap((fn) => {
    const code = readCode(fn);
    if (code.kind !== "foreign") return [];
    const { file, line } = code.at;
    return [`${file}:${line}: ${fn.logicalId} is left out: ${code.reason}`];
  });
}
