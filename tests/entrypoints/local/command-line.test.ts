import { describe, expect, it } from "vitest";
import { banner } from "../../../src/entrypoints/local/banner.ts";
import { UsageError } from "../../../src/entrypoints/local/command-line.ts";
import { setEnvironment } from "../../../src/entrypoints/local/environment.ts";
import { HELP, readOptions } from "../../../src/entrypoints/local/options.ts";

const SECRET = "a secret of at least thirty-two bytes";

describe("npm start's flags", () => {
  it("has a default for each, and a new secret for each run", () => {
    const options = readOptions([], {});
    expect(options).toEqual({ port: 3001, stage: "dev", jwtSecret: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) });
    expect(readOptions([], {})?.jwtSecret).not.toBe(options?.jwtSecret);
  });

  it("reads flags, and environment variables behind them", () => {
    const environment = { PORTCULLIS_PORT: "4000", PORTCULLIS_STAGE: "prod", PORTCULLIS_JWT_SECRET: SECRET };
    expect(readOptions([], environment)).toEqual({ port: 4000, stage: "prod", jwtSecret: SECRET });
    const flags = ["--port", "4001", "--stage=test", "--jwt-secret", SECRET.toUpperCase()];
    expect(readOptions(flags, environment)).toEqual({ port: 4001, stage: "test", jwtSecret: SECRET.toUpperCase() });
  });

  it("--help wins over everything, and names each flag with its variable", () => {
    expect(readOptions(["--help", "--port", "nonsense"], {})).toBeUndefined();
    for (const flag of ["port", "stage", "jwt-secret"]) {
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
    [["--jwt-secret", "hunter2-hunter2-hunter2-hunter2"], {}, "--jwt-secret must be at least 32 bytes"],
    [[], { PORTCULLIS_JWT_SECRET: "hunter2" }, "PORTCULLIS_JWT_SECRET must be at least 32 bytes"],
    [
      ["--jwt-secret", ` -----BEGIN PUBLIC KEY-----${SECRET}`],
      {},
      "--jwt-secret must be at least 32 bytes, and not a PEM",
    ],
    [["--jwt-secert", "hunter2"], {}, "'--jwt-secert'"],
    [["hunter2"], {}, "only flags"],
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
  it("has lines to copy for the token and for both ways to pass it", () => {
    const text = banner({ port: 3001, stage: "dev" });
    expect(text).toContain('wscat -c "ws://127.0.0.1:3001/dev?access_token=$TOKEN"');
    expect(text).toContain('wscat -c ws://127.0.0.1:3001/dev -s websocket -s "$TOKEN"');
    expect(text).toContain("TOKEN=$(npm run --silent token -- --user-id ann)\n");
    expect(text).toContain("aws lambda invoke --function-name CreateTestJwt --endpoint-url http://127.0.0.1:3001 ");
  });

  it("says the port wherever it is not the usual one", () => {
    const text = banner({ port: 4000, stage: "prod" });
    expect(text).toContain("--user-id ann --port 4000)");
    expect(text).not.toContain("3001");
  });
});

it("what is set already wins over the local environment, save the secret of this run", () => {
  const environment: NodeJS.ProcessEnv = { LOG_LEVEL: "WARN", STORE: "dynamodb", JWT_SECRET: "another" };
  setEnvironment({ port: 4000, stage: "dev", jwtSecret: SECRET }, environment);
  expect(environment).toMatchObject({
    STORE: "dynamodb",
    JWT_SECRET: SECRET,
    SECRETS: "local",
    CONNECTIONS_ENDPOINT: "http://127.0.0.1:4000/dev",
  });
});
