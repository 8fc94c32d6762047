import { BlockList, isIP, type Socket } from "node:net";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8);
LOOPBACK.addAddress("::1", "ipv6");

const MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

/** A socket for both versions of IP writes IPv4 as `::ffff:192.0.2.1`. Events and policies have it plain. */
export function plainAddress(address: string): string {
  return MAPPED.exec(address)?.[1] ?? address;
}

/** The address of a client. */
export function peerAddress({ remoteAddress = "" }: Pick<Socket, "remoteAddress">): string {
  return plainAddress(remoteAddress);
}

export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  const version = isIP(plain);
  return version !== 0 && LOOPBACK.check(plain, version === 6 ? "ipv6" : "ipv4");
}

/**
 * True if a program of this machine is at the other end. A machine that calls one of its own addresses has it at both
 * ends; no packet of the network can have it as its source, because the answers would never leave this machine.
 */
export function isOwnPeer(socket: Pick<Socket, "remoteAddress" | "localAddress">): boolean {
  const { remoteAddress, localAddress } = socket;
  if (remoteAddress === undefined) return false;
  return isLoopback(remoteAddress) || remoteAddress === localAddress;
}
