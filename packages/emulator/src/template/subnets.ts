const BLOCK = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/**
 * The first blocks of an IPv4 block, each with `hostBits` bits for addresses, as `Fn::Cidr` makes them. Undefined if the
 * block is none, or is too small for so many.
 */
export function subnets(block: string, count: number, hostBits: number): readonly string[] | undefined {
  const [, ...parts] = BLOCK.exec(block) ?? [];
  const [a = 0, b = 0, c = 0, d = 0, prefix = 33] = parts.map(Number);
  const isBlock = parts.length === 5 && [a, b, c, d].every((byte) => byte <= 255) && prefix <= 32;
  const areNumbers = Number.isInteger(count) && count >= 1 && count <= 256 && Number.isInteger(hostBits);
  if (!isBlock || !areNumbers || hostBits < 1 || count * 2 ** hostBits > 2 ** (32 - prefix)) return undefined;
  const size = 2 ** (32 - prefix);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const first = Math.floor(address / size) * size;
  return Array.from({ length: count }, (_, index) => `${dotted(first + index * 2 ** hostBits)}/${32 - hostBits}`);
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
