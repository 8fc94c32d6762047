import { describe } from "vitest";
import { FixedSigningSecrets } from "../../../src/adapters/in-memory/fixed-signing-secrets.ts";
import { Secret } from "../../../src/domain/secret.ts";
import { describeSigningSecrets } from "../../contracts/signing-secrets.contract.ts";

describe("FixedSigningSecrets", () => {
  describeSigningSecrets({ make: async (text) => new FixedSigningSecrets(new Secret(text)), whenDown: "in-process" });
});
