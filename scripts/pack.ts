// `npm run pack`: the packages as they install elsewhere. Each becomes JavaScript with types in dist/packages/<name>, and
// a .tgz beside it: Node.js refuses TypeScript under node_modules.
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const OUTPUT = "dist/packages";

type Manifest = Readonly<Record<string, unknown>> & {
  readonly exports: Readonly<Record<string, string>>;
  /** The commands of the package, by name. */
  readonly bin?: Readonly<Record<string, string>>;
};

/** Builds and packs every package. Gives the paths of the .tgz files. */
export function packPackages(output = OUTPUT): readonly string[] {
  rmSync(output, { recursive: true, force: true });
  return globSync("packages/*/package.json").map((file) => packPackage(file.split("/")[1] ?? "", output));
}

function packPackage(name: string, output: string): string {
  const source = join("packages", name);
  const folder = join(output, name);
  mkdirSync(folder, { recursive: true });
  compile(source, folder);
  copyFileSync("LICENSE", join(folder, "LICENSE"));
  copyFileSync(join(source, "README.md"), join(folder, "README.md"));
  if (existsSync(join(source, "docs"))) cpSync(join(source, "docs"), join(folder, "docs"), { recursive: true });
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(published(source), null, 2)}\n`);
  const packed = run("npm", ["pack", "--json", "--pack-destination", resolve(output)], folder);
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  return join(output, filename);
}

function compile(source: string, folder: string): void {
  const config = join(folder, "tsconfig.json");
  const compilerOptions = {
    ...{ noEmit: false, declaration: true, rewriteRelativeImportExtensions: true, allowJs: false },
    // Without them no type needs the types of ws, which are not a dependency.
    stripInternal: true,
    // The output may be outside of the tree.
    typeRoots: [resolve("node_modules/@types")],
    rootDir: resolve(source, "src"),
    outDir: resolve(folder, "lib"),
  };
  writeFileSync(
    config,
    JSON.stringify({ extends: resolve("tsconfig.json"), compilerOptions, include: [resolve(source, "src")] }),
  );
  run(process.execPath, [resolve("node_modules/typescript/bin/tsc"), "-p", config], ".");
  rmSync(config);
}

/** The manifest of the tree, with the built files in place of the sources, and nothing that only the tree needs. */
function published(source: string): object {
  const {
    devDependencies: _,
    exports,
    bin = {},
    ...manifest
  }: Manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  const built = (file: string) => file.replace("./src/", "./lib/").replace(/\.ts$/, "");
  const entries = Object.entries(exports).map(([subpath, file]) => {
    return [subpath, { types: `${built(file)}.d.ts`, default: `${built(file)}.js` }];
  });
  const commands = Object.entries(bin).map(([name, file]) => [name, `${built(file)}.js`]);
  return {
    ...manifest,
    files: ["lib", "docs"],
    exports: Object.fromEntries(entries),
    ...(commands.length > 0 && { bin: Object.fromEntries(commands) }),
  };
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args[0]} in ${cwd} failed:\n${stdout}${stderr}`);
  return stdout;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) for (const file of packPackages()) console.log(file);
