import { generate } from "selfsigned";

/** As `createServer` of node:https takes it. */
export type OwnCertificate = { readonly key: string; readonly cert: string };

/** A new key and its certificate for servers on this machine: ECDSA on P-256, as AWS's own servers use it. */
export async function makeOwnCertificate(): Promise<OwnCertificate> {
  const altNames = [
    { type: 2, value: "localhost" },
    { type: 7, ip: "127.0.0.1" },
  ] as const;
  const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: [...altNames] }],
  });
  return { key, cert };
}
