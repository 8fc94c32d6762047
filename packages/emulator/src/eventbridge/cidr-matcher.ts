import { BlockList, isIP } from "node:net";
import { InvalidEventPatternError } from "./invalid-event-pattern-error.ts";

const familyOf = (address: string): "ipv4" | "ipv6" | undefined =>
  ({ 0: undefined, 4: "ipv4", 6: "ipv6" })[isIP(address)] as "ipv4" | "ipv6" | undefined;

export function compileCidr(operand: unknown): (value: unknown) => boolean {
  if (typeof operand !== "string") throw new InvalidEventPatternError("cidr match pattern must be a string");
  const [address = "", bits = "", ...others] = operand.split("/");
  if (bits === "" || others.length > 0) throw new InvalidEventPatternError("Malformed CIDR, one '/' required");
  const family = familyOf(address);
  if (family === undefined) throw new InvalidEventPatternError("Nonstandard IP address");
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > (family === "ipv4" ? 32 : 128)) {
    throw new InvalidEventPatternError("Malformed CIDR, mask bits must be an integer within the address");
  }
  const block = new BlockList();
  block.addSubnet(address, Number(bits), family);
  return (value) => typeof value === "string" && familyOf(value) === family && block.check(value, family);
}
