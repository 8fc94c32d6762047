import { describe, expect, it } from "vitest";
import { signingKeyFault } from "../../../src/domain/token/signing-key-policy.ts";

const PEM = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA\n-----END PUBLIC KEY-----";

describe("signingKeyFault", () => {
  it.each([
    ["K10 empty", "", "KEY_TOO_SHORT"],
    ["K10 one byte", "a", "KEY_TOO_SHORT"],
    ["K10 31 bytes", "k".repeat(31), "KEY_TOO_SHORT"],
    ["K10 32 bytes", "k".repeat(32), undefined],
    ["K10 31 characters of 62 bytes", "é".repeat(31), undefined],
    ["K10 32 bytes in 16 characters", "é".repeat(16), undefined],
    ["K8 a PEM", PEM, "KEY_IS_PUBLIC"],
    ["K8 a PEM behind a space", ` ${PEM}`, "KEY_IS_PUBLIC"],
    ["K8 a PEM behind a line break and a byte order mark", `\r\n\uFEFF${PEM}`, "KEY_IS_PUBLIC"],
    ["K8 a PEM with CRLF and no end", PEM.replaceAll("\n", "\r\n").slice(0, 90), "KEY_IS_PUBLIC"],
  ])("%s", (_row, text, fault) => {
    expect(signingKeyFault(text)).toBe(fault);
  });
});
