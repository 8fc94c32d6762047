// `npm run build`: one folder per function in dist/, each with the one file that Lambda loads. SAM, CDK and Terraform
// take the folders as they are.
import { globSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { build, type Metafile } from "esbuild";

/** The functions are the files of src/entrypoints/lambda: a new handler is built without being listed here. */
export function functionNames(): string[] {
  return globSync("src/entrypoints/lambda/*.ts").map((file) => basename(file, ".ts"));
}

/** CommonJS: importing Node's built-ins through ESM costs some 35 ms at every cold start. */
export async function buildFunction(name: string, outputFolder: string): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [`src/entrypoints/lambda/${name}.ts`],
    outfile: join(outputFolder, name, "index.cjs"),
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    // The packages' ES modules can be shaken, their CommonJS builds cannot.
    mainFields: ["module", "main"],
    minify: true,
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  return metafile;
}

if (import.meta.main) {
  rmSync("dist", { recursive: true, force: true });
  for (const name of functionNames()) {
    const { outputs } = await buildFunction(name, "dist");
    for (const [file, { bytes }] of Object.entries(outputs)) console.log(`${(bytes / 1024).toFixed(0)} KB  ${file}`);
  }
}
