/** One frame as a client sends it (RFC 6455 section 5.2), right unless told otherwise. */
export function clientFrame(
  payload: string | Buffer,
  {
    opcode = 1,
    fin = true,
    masked = true,
    reserved = 0,
  }: { opcode?: number; fin?: boolean; masked?: boolean; reserved?: number } = {},
): Buffer {
  const bytes = Buffer.from(payload);
  const mask = masked ? 0x80 : 0;
  const first = (fin ? 0x80 : 0) | reserved | opcode;
  const header = lengthHeader(bytes.length, mask);
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([Buffer.from([first]), header, Buffer.alloc(masked ? 4 : 0), bytes]);
}

function lengthHeader(length: number, mask: number): Buffer {
  if (length < 126) return Buffer.from([mask | length]);
  const header = Buffer.alloc(length < 65_536 ? 3 : 9);
  header[0] = mask | (length < 65_536 ? 126 : 127);
  if (length < 65_536) header.writeUInt16BE(length, 1);
  else header.writeBigUInt64BE(BigInt(length), 1);
  return header;
}
