import { FixedSigningSecrets } from "../../../src/adapters/in-memory/fixed-signing-secrets.ts";
import { Secret } from "../../../src/domain/secret.ts";
import { signingSecretsContract } from "../../contracts/signing-secrets.contract.ts";

signingSecretsContract("FixedSigningSecrets", async (text) => new FixedSigningSecrets(new Secret(text)));
