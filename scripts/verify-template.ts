// Checks the SAM template without an AWS account, one line a check. The tools are installed from PyPI and npm on the first
// run; if that fails, it is a failure in CI and a printed reason elsewhere.
import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { parse } from "yaml";
import { resolveConditions } from "./resolve-conditions.ts";
import { COMBINATIONS } from "./template-combinations.ts";
import { tryAgain } from "./try-again.ts";

/** What is deployed: infra/template.yaml without YAML aliases. */
const TEMPLATE = "dist/template.yaml";
const EXPANDED = "reports/expanded-template.json";
const CHECKS = "infra/checks";
const TOOLS = ".venv/bin";
const EXPANDED_BY_COMBINATION = Object.keys(COMBINATIONS).map(fileOf);
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

type Finding = { readonly id: string; readonly resource: string; readonly info: string };
type Waiver = {
  readonly ids: readonly string[];
  readonly resources: "all" | readonly string[];
  readonly reason: string;
};

// No account is needed: the shell's profile is not used, since it may not exist.
const { AWS_PROFILE: _profile, AWS_DEFAULT_PROFILE: _default, ...inherited } = process.env;
const environment = { ...inherited, SAM_CLI_TELEMETRY: "0", AWS_DEFAULT_REGION: "eu-west-1" };

function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: "utf8",
    env: environment,
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  if (status === 0) return stdout;
  throw new Error(error?.message ?? `${stdout}${stderr}`);
}

/** Sets up again after a change of the list. An interrupted set-up leaves no stamp. */
async function setUp(folder: string, list: string, install: () => Promise<void>): Promise<void> {
  const stamp = `${folder}/.installed-from`;
  const wanted = createHash("sha256").update(readFileSync(list)).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.log(`setting up ${folder}`);
  rmSync(folder, { recursive: true, force: true });
  await install();
  writeFileSync(stamp, wanted);
}

/** All beside each other: they wait for the network most of the time. */
async function setUpTools(): Promise<void> {
  await Promise.all([
    setUpPython(".venv", `${CHECKS}/requirements.txt`),
    // For tests/deployment, and separate: the emulator needs other versions of shared packages.
    setUpPython(".venv-emulator", "infra/deployment/requirements.txt"),
    setUp(`${CHECKS}/node_modules`, `${CHECKS}/package-lock.json`, () =>
      install("npm", "ci", "--prefix", CHECKS, "--no-audit", "--no-fund", "--loglevel=error"),
    ),
  ]);
}

function setUpPython(folder: string, requirements: string): Promise<void> {
  return setUp(folder, requirements, async () => {
    await install("python3", "-m", "venv", folder);
    // One page of the index that cannot be read fails the whole: pip then says that there is no such version. It often
    // stays so for some seconds.
    await tryAgain([10_000, 30_000], () =>
      install(`${folder}/bin/pip`, "install", "--quiet", "--disable-pip-version-check", "-r", requirements),
    );
  });
}

async function install(command: string, ...args: string[]): Promise<void> {
  await promisify(execFile)(command, args, { env: environment, maxBuffer: MAX_OUTPUT_BYTES });
}

/** The template itself, and its resources for each combination of parameters. */
function expand(): void {
  mkdirSync("reports", { recursive: true });
  const expanded = run(`${TOOLS}/python`, `${CHECKS}/expand_template.py`, TEMPLATE);
  writeFileSync(EXPANDED, expanded);
  for (const [name, parameters] of Object.entries(COMBINATIONS)) {
    writeFileSync(fileOf(name), JSON.stringify(resolveConditions(JSON.parse(expanded), parameters), null, 2));
  }
}

function fileOf(combination: string): string {
  return `reports/expanded-template.${combination}.json`;
}

function findingsOfCheckov(): readonly Finding[] {
  // Exit status 1 says that there are findings. The interpreter is called by name, since the first line of checkov's script
  // has its path, which a blank would cut.
  const { stdout } = spawnSync(
    `${TOOLS}/python`,
    [
      `${TOOLS}/checkov`,
      ...EXPANDED_BY_COMBINATION.flatMap((file) => ["-f", file]),
      ...["--framework", "cloudformation", "--skip-download"],
      ...["--output", "json", "--quiet", "--compact"],
    ],
    { encoding: "utf8", maxBuffer: MAX_OUTPUT_BYTES },
  );
  const { results, summary } = JSON.parse(stdout);
  if (!(summary.passed > 0)) throw new Error("checkov has looked at nothing");
  return results.failed_checks.map((check: { check_id: string; resource: string; check_name: string }) => ({
    id: check.check_id,
    resource: check.resource.split(".").at(-1),
    info: check.check_name,
  }));
}

function findingsOfCdkNag(): readonly Finding[] {
  return JSON.parse(run(process.execPath, `${CHECKS}/cdk-nag.mjs`, ...EXPANDED_BY_COMBINATION));
}

function judgeFindings(): void {
  const findings = [...findingsOfCheckov(), ...findingsOfCdkNag()];
  const waivers: readonly Waiver[] = parse(readFileSync(`${CHECKS}/waivers.yaml`, "utf8"));
  const problems = [
    ...findings.filter((finding) => !waivers.some((waiver) => waives(waiver, finding))).map(describeFinding),
    ...waivers.flatMap((waiver) => unneeded(waiver, findings)),
  ];
  // The same in several expansions is one problem.
  if (problems.length > 0) throw new Error([...new Set(problems)].join("\n"));
}

function waives({ ids, resources }: Waiver, { id, resource }: Finding): boolean {
  return ids.includes(id) && (resources === "all" || resources.includes(resource));
}

function describeFinding({ id, resource, info }: Finding): string {
  return `${id} ${resource}: ${info}`;
}

function unneeded({ ids, resources }: Waiver, findings: readonly Finding[]): readonly string[] {
  return ids.flatMap((id) => {
    const found = findings.filter((finding) => finding.id === id).map(({ resource }) => resource);
    if (resources === "all") return found.length > 0 ? [] : [`the waiver of ${id} is not needed`];
    return resources
      .filter((name) => !found.includes(name))
      .map((name) => `the waiver of ${id} for ${name} is not needed`);
  });
}

/** `sam build` does not report a function without code. */
function build(): void {
  run(`${TOOLS}/sam`, "build", "--template-file", TEMPLATE);
  const { Resources }: { Resources: Record<string, { Type: string }> } = JSON.parse(readFileSync(EXPANDED, "utf8"));
  const functions = Object.keys(Resources).filter((name) => Resources[name]?.Type === "AWS::Lambda::Function");
  const empty = functions.filter((name) => !existsSync(`.aws-sam/build/${name}/index.mjs`));
  if (empty.length > 0) throw new Error(`without code: ${empty.join(", ")}`);
}

const checks: readonly (readonly [name: string, check: () => unknown])[] = [
  ["npm run build", () => run(process.execPath, "scripts/build.ts")],
  ["sam validate --lint", () => run(`${TOOLS}/sam`, "validate", "--lint", "--template-file", TEMPLATE)],
  ["cfn-lint of the template", () => run(`${TOOLS}/cfn-lint`, TEMPLATE)],
  ["the template expands", expand],
  ["cfn-lint of the expansions", () => run(`${TOOLS}/cfn-lint`, ...EXPANDED_BY_COMBINATION)],
  ["checkov and cdk-nag of the expansions, with reasons for what stands", judgeFindings],
  ["sam build, code in every function", build],
];

function passes([name, check]: (typeof checks)[number]): boolean {
  try {
    check();
    console.log(`ok   ${name}`);
    return true;
  } catch (error) {
    console.log(`FAIL ${name}\n${error instanceof Error ? error.message : error}`);
    return false;
  }
}

/** Undefined when all tools are there. */
async function whatIsMissing(): Promise<string | undefined> {
  if (spawnSync("python3", ["-c", "import ensurepip"]).status !== 0) return "no python3 with venv here";
  try {
    await setUpTools();
    return undefined;
  } catch (error) {
    return `its tools cannot be had: ${String(error).trim().split("\n").at(-1)}`;
  }
}

const missing = await whatIsMissing();
if (missing === undefined) {
  process.exitCode = checks.map(passes).every((passed) => passed) ? 0 : 1;
} else {
  console.log(`the template is not checked: ${missing}`);
  process.exitCode = process.env["CI"] === "true" ? 1 : 0;
}
