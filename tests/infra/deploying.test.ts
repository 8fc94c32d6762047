import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import {
  disconnectUserDetailSchema,
  entityUpdatedDetailSchema,
  grantAccessDetailSchema,
  revokeTokensDetailSchema,
  sendUserPushDetailSchema,
  validate,
  withdrawAccessDetailSchema,
} from "@portcullis/protocol/schemas";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { TEMPLATE } from "../../packages/emulator/tests/support/project-template.ts";
import { parseTestTokenRequest } from "../../src/entrypoints/lambda/handlers/create-test-jwt.ts";
import { hints } from "../../src/entrypoints/local/banner.ts";

/** The second output needs the AWS CLI, the third the connection. */
const PRINTED = hints({ authority: "127.0.0.1:3001", stage: "dev", mintsTestTokens: true });

const SAM = resolve(".venv/bin/sam");
const source = readFileSync(TEMPLATE, "utf8");

type Settings = Readonly<Record<string, string>>;

/** The sections of samconfig.toml, whose values are texts and booleans. */
function samconfig(): ReadonlyMap<string, Settings> {
  const [, ...sections] = readFileSync("samconfig.toml", "utf8").split(/^\[/m);
  return new Map(
    sections.map((section) => {
      const [name = ""] = section.split("]");
      const lines = section.matchAll(/^(\w+) = "?([^"\n]*)"?$/gm);
      return [name, Object.fromEntries([...lines].map(([, key, value]) => [key, value]))];
    }),
  );
}

describe("samconfig.toml", () => {
  const sections = samconfig();
  const environments = [...new Set([...sections.keys()].map((name) => name.split(".")[0] ?? ""))];

  it("has four environments", () => {
    expect(environments).toEqual(["default", "test-tokens", "staging", "prod"]);
  });

  it.each(environments)("%s builds and validates the template", (environment) => {
    expect(sections.get(`${environment}.build.parameters`)).toEqual({ template_file: "dist/template.yaml" });
    expect(sections.get(`${environment}.validate.parameters`)).toEqual({ template_file: "dist/template.yaml" });
  });

  it.each(environments)("%s deploys without a question, and without an error if nothing changed", (environment) => {
    expect(sections.get(`${environment}.deploy.parameters`)).toMatchObject({
      confirm_changeset: "false",
      fail_on_empty_changeset: "false",
      resolve_s3: "true",
    });
  });
});

describe.skipIf(!existsSync(SAM) && process.env["CI"] !== "true")("sam build", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sam-build-"));
    cpSync("samconfig.toml", join(folder, "samconfig.toml"));
    mkdirSync(join(folder, "infra"));
    cpSync(TEMPLATE, join(folder, TEMPLATE));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("fails until npm run build has made the code", () => {
    const env = { ...process.env, SAM_CLI_TELEMETRY: "0", AWS_DEFAULT_REGION: "eu-west-1" };
    const { status, stderr } = spawnSync(SAM, ["build"], { cwd: folder, encoding: "utf8", env });

    expect(stderr).toContain("Template file not found");
    expect(status).not.toBe(0);
  });
});

describe("the commands among the outputs", () => {
  const { Outputs } = parse(source, { logLevel: "silent" }) as { Outputs: Record<string, { Value: unknown }> };
  const commands = Object.entries(Outputs)
    .filter(([name]) => name.endsWith("Command"))
    .map(([name, { Value }]) => [name, substituted([Value].flat()[0])] as const);
  const ofAws = commands.filter(([, command]) => command.startsWith("aws "));

  it("are a token, a connection, two pushes, and four for administrators", () => {
    expect(commands.map(([name]) => name)).toEqual([
      "GetTokenCommand",
      "ConnectCommand",
      "PublishEntityUpdatedCommand",
      "PublishUserPushCommand",
      "RevokeTokensCommand",
      "DisconnectUserCommand",
      "GrantAccessCommand",
      "WithdrawAccessCommand",
    ]);
  });

  it.each(ofAws)("%s names its region, and no option that version 1 of the AWS CLI lacks", (_name, command) => {
    expect(command).toContain("--region eu-west-1 ");
    expect(command).not.toContain("--cli-binary-format");
    expect(command).not.toContain("${");
  });

  it("send a request that CreateTestJwt accepts, as bytes, which both versions of the AWS CLI send unchanged", () => {
    const [, file = ""] = /--payload fileb:\/\/(\S+)/.exec(commands[0]?.[1] ?? "") ?? [];

    expect(parseTestTokenRequest(JSON.parse(readFileSync(file, "utf8")))).toMatchObject({
      identity: { userId: "ann" },
      permissions: ["subscribe:*"],
    });
  });

  it.each([
    ["among the outputs", commands.slice(0, 2).map(([, command]) => command)],
    ["that npm start prints", PRINTED.slice(1, 3).flatMap(({ lines }) => lines)],
  ])("%s leave the token where the connection takes it, in a folder of modules", (_where, script) => {
    const folder = mkdtempSync(join(tmpdir(), "commands-"));
    try {
      writeFileSync(join(folder, "package.json"), '{"type":"module"}');
      writeFileSync(join(folder, "aws"), `#!/bin/sh\nfor file; do :; done\necho '{"authToken":"a.b.c"}' > "$file"\n`);
      writeFileSync(join(folder, "npx"), `#!/bin/sh\nfor token; do :; done\nprintf %s "$token"\n`);
      for (const program of ["aws", "npx"]) chmodSync(join(folder, program), 0o755);
      const env = { PATH: [folder, dirname(process.execPath), process.env["PATH"]].join(delimiter) };
      const { stdout } = spawnSync("sh", ["-c", script.join("\n")], { cwd: folder, encoding: "utf8", env });

      expect(stdout).toBe("a.b.c");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.each([
    ["PublishEntityUpdatedCommand", "Entity Updated", "events", entityUpdatedDetailSchema],
    ["PublishUserPushCommand", "Send User Push Notification", "events", sendUserPushDetailSchema],
    ["RevokeTokensCommand", "Revoke Tokens", "portcullis-admin", revokeTokensDetailSchema],
    ["DisconnectUserCommand", "Disconnect User", "portcullis-admin", disconnectUserDetailSchema],
    ["GrantAccessCommand", "Grant Access", "portcullis-admin", grantAccessDetailSchema],
    ["WithdrawAccessCommand", "Withdraw Access", "portcullis-admin", withdrawAccessDetailSchema],
  ])("%s publishes what %s takes, on the bus %s", (name, detailType, EventBusName, schema) => {
    const command = new Map(commands).get(name) ?? "";
    const [, entries = ""] = /--entries '(.*)'$/.exec(command) ?? [];
    const [entry] = JSON.parse(entries);

    const Source = EventBusName === "events" ? "CLI" : "admin";
    expect(entry).toMatchObject({ EventBusName, Source, DetailType: detailType });
    expect(validate(schema, JSON.parse(entry.Detail))).toMatchObject({ kind: "valid" });
  });
});

const VALUES: Readonly<Record<string, string>> = {
  "AWS::Region": "eu-west-1",
  CreateTestJwt: "CreateTestJwt",
  AdminEventBus: "portcullis-admin",
  EventBusName: "events",
  Source: "CLI",
  Uri: "wss://example",
};

function substituted(text: unknown): string {
  return String(text).replace(/\$\{([^}]+)\}/g, (placeholder, name: string) => VALUES[name] ?? placeholder);
}

describe("another partition, such as aws-cn", () => {
  it("has its own suffix in every name with a region", () => {
    const endings = [...source.matchAll(/([\w-]+)\.\$\{AWS::Region\}\.(amazonaws\.com|\$\{AWS::URLSuffix\})/g)];
    const withSuffix = new Set(endings.filter(([, , ending]) => ending !== "amazonaws.com").map(([, name]) => name));

    expect(withSuffix.size).toBeGreaterThan(0);
    expect(endings.filter(([, name]) => !withSuffix.has(name)).map(([text]) => text)).toEqual([]);
  });

  it("is in every ARN", () => {
    const written = source.replace(/^ *AllowedPattern:.*$/gm, "");
    const partitions = [...written.matchAll(/\barn:([^:]+(?:::[^:}]+\})?):/g)].map(([, partition]) => partition);

    expect(partitions.length).toBeGreaterThan(0);
    expect(partitions.filter((partition) => !/^\$\{AWS::Partition\}$/.test(partition ?? ""))).toEqual([]);
  });
});
