/** One frame of a client (RFC 6455 section 5.2), valid unless the options say otherwise. */
export function clientFrame(
  payload: string | Buffer,
  {
    opcode = 1,
    fin = true,
    masked = true,
    reserved = 0,
    lengthBytes,
    maskKey = [0, 0, 0, 0],
  }: {
    opcode?: number;
    fin?: boolean;
    masked?: boolean;
    reserved?: number;
    /** The size of the length field with the byte of the mask bit; by default as small as possible. */
    lengthBytes?: 1 | 3 | 9;
    /** Four bytes. By default zeros, which leave the payload as it is. */
    maskKey?: readonly number[];
  } = {},
): Buffer {
  const bytes = Buffer.from(payload);
  const mask = masked ? 0x80 : 0;
  const first = (fin ? 0x80 : 0) | reserved | opcode;
  const header = lengthHeader(bytes.length, mask, lengthBytes);
  const sent = masked ? bytes.map((byte, index) => byte ^ (maskKey[index % 4] ?? 0)) : bytes;
  return Buffer.concat([Buffer.from([first]), header, Buffer.from(masked ? maskKey : []), sent]);
}

function lengthHeader(
  length: number,
  mask: number,
  size: 1 | 3 | 9 = length < 126 ? 1 : length < 65_536 ? 3 : 9,
): Buffer {
  if (size === 1) return Buffer.from([mask | length]);
  const header = Buffer.alloc(size);
  header[0] = mask | (size === 3 ? 126 : 127);
  if (size === 3) header.writeUInt16BE(length, 1);
  else header.writeBigUInt64BE(BigInt(length), 1);
  return header;
}
