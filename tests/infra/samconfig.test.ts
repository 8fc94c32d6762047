import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

/** Environments of samconfig.toml, each with the parameters that `sam deploy` takes in it. */
const overrides = [
  ...readFileSync("samconfig.toml", "utf8").matchAll(
    /^\[([\w-]+)\.deploy\.parameters\]$(?:\n(?!\[).*)*?\nparameter_overrides = "(.*)"$/gm,
  ),
].map(([, environment, parameters = ""]) => [environment, parameters.split(" ")] as const);

it("every environment says what every user may do: what is in one's own name", () => {
  const grants = overrides.map(([environment, parameters]) => [
    environment,
    parameters.filter((parameter) => parameter.startsWith("DefaultGrants=")),
  ]);

  expect(grants).toEqual(
    ["default", "test-tokens", "staging", "prod"].map((environment) => [
      environment,
      ["DefaultGrants=subscribe:user/{userId}/*"],
    ]),
  );
});

it("only the environment test-tokens deploys a function that mints tokens", () => {
  const minting = overrides.filter(([, parameters]) => parameters.includes("MintTestTokens=true"));

  expect(overrides.map(([environment]) => environment)).toEqual(["default", "test-tokens", "staging", "prod"]);
  expect(minting.map(([environment]) => environment)).toEqual(["test-tokens"]);
});
