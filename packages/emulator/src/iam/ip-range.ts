import { BlockList, isIP } from "node:net";
import { plainAddress } from "../http/peer.ts";

/** A test for one address or a range in CIDR notation. Undefined if the text is neither. */
export function parseIpRange(text: string): ((address: string) => boolean) | undefined {
  const [, sent = "", prefix] = /^([\d.]+|[\da-f:.]*:[\da-f:.]*)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const address = plainAddress(sent);
  const family = familyOf(address);
  if (family === undefined) return undefined;
  const bits = Number(prefix ?? family.bits);
  if (bits > family.bits) return undefined;
  const range = new BlockList();
  range.addSubnet(address, bits, family.name);
  return (other) => contains(range, family.name, other);
}

/** An address of one family is in no range of the other. */
function contains(range: BlockList, family: "ipv4" | "ipv6", text: string): boolean {
  const address = plainAddress(text);
  return familyOf(address)?.name === family && range.check(address, family);
}

function familyOf(address: string): { readonly name: "ipv4" | "ipv6"; readonly bits: number } | undefined {
  switch (isIP(address)) {
    case 4:
      return { name: "ipv4", bits: 32 };
    case 6:
      return { name: "ipv6", bits: 128 };
    default:
      return undefined;
  }
}
