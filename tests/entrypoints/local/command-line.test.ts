import { LOCAL_LINKS } from "@portcullis/emulator";
import { UsageError } from "@portcullis/emulator/command";
import { describe, expect, it } from "vitest";
import { banner } from "../../../src/entrypoints/local/banner.ts";
import { HELP, readOptions } from "../../../src/entrypoints/local/options.ts";
import { localOverrides } from "../../../src/entrypoints/local/overrides.ts";

const SECRET = "a-secret-of-at-least-thirty-two-characters";

describe("npm start's flags", () => {
  it("has a default for each but the secret, which the template generates", () => {
    expect(readOptions([], {})).toEqual({ port: 3001, stage: "dev", parameters: {} });
  });

  it("reads flags before environment variables", () => {
    const environment = { PORTCULLIS_PORT: "4000", PORTCULLIS_STAGE: "prod", PORTCULLIS_JWT_SECRET: SECRET };
    expect(readOptions([], environment)).toEqual({ port: 4000, stage: "prod", jwtSecret: SECRET, parameters: {} });
    const flags = ["--port", "4001", "--stage=test", "--jwt-secret", SECRET.toUpperCase()];
    expect(readOptions(flags, environment)).toMatchObject({
      port: 4001,
      stage: "test",
      jwtSecret: SECRET.toUpperCase(),
    });
  });

  it.each(["debug", "DEBUG", "Debug"])("accepts %s as a level, by flag or variable", (level) => {
    expect(readOptions(["--log-level", level], {})).toHaveProperty("logLevel", "DEBUG");
    expect(readOptions([], { PORTCULLIS_LOG_LEVEL: level })).toHaveProperty("logLevel", "DEBUG");
  });

  it("ignores variables of other programs", () => {
    expect(readOptions([], { LOG_LEVEL: "DEBUG", PORT: "1", STAGE: "prod" })).not.toHaveProperty("logLevel");
    expect(readOptions([], { LOG_LEVEL: "DEBUG", PORT: "1", STAGE: "prod" })).toMatchObject({
      port: 3001,
      stage: "dev",
    });
  });

  it("accepts any number of the template's parameters", () => {
    const flags = ["--parameter", "QueryToken=refused", "--parameter=AllowedOrigins=https://a.example?b=c"];
    expect(readOptions(flags, {})?.parameters).toEqual({
      QueryToken: "refused",
      AllowedOrigins: "https://a.example?b=c",
    });
  });

  it("accepts where to listen, names of this machine, and a key, by flag or variable", () => {
    const flags = ["--host", "0.0.0.0", "--host-name", "host.docker.internal", "--host-name=ann.local"];
    expect(readOptions([...flags, "--key", "0123456789-abcdef"], { PORTCULLIS_HOST: "::" })).toMatchObject({
      host: "0.0.0.0",
      hostNames: ["host.docker.internal", "ann.local"],
      key: "0123456789-abcdef",
    });
    const environment = { PORTCULLIS_HOST: "fd00::17", PORTCULLIS_KEY: "fedcba-9876543210" };
    expect(readOptions([], environment)).toMatchObject({ host: "fd00::17", key: "fedcba-9876543210" });
    for (const name of ["host", "host-name", "key"]) expect(HELP).toContain(`--${name} `);
    // A setting of npm for registries.
    expect(readOptions([], { npm_lifecycle_event: "start", npm_config_key: "hunter2" })).toBeDefined();
  });

  it("has a switch for frames", () => {
    expect(readOptions(["--frames"], {})).toHaveProperty("frames", true);
    expect(readOptions([], {})).not.toHaveProperty("frames");
    expect(HELP).toContain("--frames ");
  });

  it("has --help, which wins over all others and names each flag with its variable", () => {
    expect(readOptions(["--help", "--port", "nonsense"], {})).toBeUndefined();
    for (const flag of ["port", "stage", "jwt-secret", "log-level"]) {
      expect(HELP).toContain(`--${flag} `);
      expect(HELP).toContain(`PORTCULLIS_${flag.toUpperCase().replace("-", "_")}`);
    }
  });

  const rows: readonly (readonly [string[], Record<string, string>, string])[] = [
    [["--port", "0"], {}, "--port must be"],
    [["--port", "65536"], {}, "--port must be"],
    [["--port", "80.5"], {}, "--port must be"],
    [["--port="], {}, "--port must be"],
    [["--port"], {}, "'--port <value>' argument missing"],
    [[], { PORTCULLIS_PORT: "http" }, "PORTCULLIS_PORT must be"],
    [["--stage", "$default"], {}, "--stage must be"],
    [["--stage", "a/b"], {}, "--stage must be"],
    [["--stage", "x".repeat(129)], {}, "--stage must be"],
    [["--jwt-secret", "hunter2-hunter2-hunter2-hunter2"], {}, "--jwt-secret must be 32 characters or more"],
    [[], { PORTCULLIS_JWT_SECRET: "hunter2" }, "PORTCULLIS_JWT_SECRET must be 32 characters or more"],
    [
      ["--jwt-secret", ` -----BEGIN PUBLIC KEY-----${SECRET}`],
      {},
      "--jwt-secret must be no public key, certificate, token or URL",
    ],
    [["--log-level", "hunter2"], {}, "--log-level must be one of DEBUG, INFO, WARN, ERROR"],
    [["--parameter", "hunter2"], {}, "--parameter must be Name=Value"],
    [["--parameter", `JwtSecret=hunter2-${SECRET}`], {}, "give the secret with --jwt-secret"],
    [["--stage", "hunter2", "--parameter", "StageName=live"], {}, "StageName equals --stage or PORTCULLIS_STAGE"],
    [["--parameter", "StageName=live"], { PORTCULLIS_STAGE: "dev" }, "StageName equals --stage or PORTCULLIS_STAGE"],
    [["--host", "hunter2:3001/"], {}, "--host must be"],
    [["--host", ""], {}, "--host must be"],
    [["--host-name", "http://hunter2"], {}, "--host-name must be"],
    [["--key", "hunter2"], {}, "--key must be 16 to 128"],
    [[], { PORTCULLIS_KEY: "hunter2/hunter2/hunter2" }, "PORTCULLIS_KEY must be 16 to 128"],
    [["--frames=hunter2"], {}, "'--frames' does not take an argument"],
    [[], { npm_lifecycle_event: "start", npm_config_frames: "true" }, "npm start -- --frames"],
    [["--jwt-secert", "hunter2"], {}, "'--jwt-secert'"],
    [["hunter2"], {}, "only flags"],
    [["hunter2"], { npm_lifecycle_event: "start", npm_config_jwt_secret: "true" }, "npm start -- --jwt-secret"],
    [[], { npm_lifecycle_event: "start", npm_config_port: "4000" }, "npm start -- --port"],
  ];

  it.each(rows)("%j %j is refused in one line that repeats no value", (args, environment, message) => {
    let thrown: unknown;
    try {
      readOptions(args, environment);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UsageError);
    expect(String(thrown)).toContain(message);
    expect(String(thrown)).not.toMatch(/\n|hunter2/);
  });
});

describe("the banner", () => {
  const text = banner({ authority: "127.0.0.1:3001", stage: "dev", mintsTestTokens: true });

  it("has commands to copy for the token and for both ways to pass it, first the one without a trace", () => {
    const inSubprotocol = text.indexOf('wscat -c ws://127.0.0.1:3001/dev -s websocket -s "$TOKEN"\n');
    const inUrl = text.indexOf('wscat -c "ws://127.0.0.1:3001/dev?access_token=$TOKEN"\n');
    expect(inSubprotocol).toBeGreaterThan(0);
    expect(inUrl).toBeGreaterThan(inSubprotocol);
    expect(text).toContain("TOKEN=$(npm run --silent token -- --user-id ann)\n");
    expect(text).toContain("aws lambda invoke --function-name CreateTestJwt --endpoint-url http://127.0.0.1:3001 ");
  });

  it("has commands to copy to subscribe to an entity and to push to it, with credentials and region", () => {
    expect(text).toContain('{"action":"subscribe","entityId":"order-17"}');
    expect(text).toContain(
      "AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=y aws events put-events " +
        "--endpoint-url http://127.0.0.1:3001 --region us-east-1 \\\n",
    );
    expect(text).toContain("--entries file://examples/entity-updated.json\n");
  });

  it("has the address under which a reader has come in every command", () => {
    for (const host of ["192.0.2.17", "[fd00::17]"]) {
      const other = banner({ authority: `${host}:3001`, stage: "dev", mintsTestTokens: true });
      expect(other).toContain(`Portcullis listens on ws://${host}:3001/dev\n`);
      expect(other).toContain("--user-id ann)");
      expect(other).not.toContain("127.0.0.1");
    }
  });

  it("links the page and all that it links", () => {
    for (const path of ["/", ...LOCAL_LINKS.map(({ path }) => path)]) {
      expect(text).toContain(`http://127.0.0.1:3001${path}`);
    }
  });

  it("has the address, with the template's stage", () => {
    expect(banner({ authority: "127.0.0.1:3001", stage: "Prod", mintsTestTokens: true })).toContain(
      "Portcullis listens on ws://127.0.0.1:3001/Prod\n",
    );
  });

  it("has the port in every command unless it is the default", () => {
    const other = banner({ authority: "127.0.0.1:4000", stage: "prod", mintsTestTokens: true });
    expect(other).toContain("--user-id ann --port 4000)");
    expect(other).not.toContain("3001");
  });
});

describe("the functions' environment", () => {
  const place = { endpoint: "http://127.0.0.1:4000", stage: "dev" };

  it("has the emulator in place of AWS, and no secret", () => {
    expect(localOverrides({}, place)).toEqual({
      STORE: "memory",
      METRICS_NAMESPACE: "",
      CONNECTIONS_ENDPOINT: "http://127.0.0.1:4000/dev",
    });
  });

  it("has the log level of the flag", () => {
    expect(localOverrides({ logLevel: "ERROR" }, place)).toHaveProperty("LOG_LEVEL", "ERROR");
  });
});
