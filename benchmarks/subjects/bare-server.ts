// What every gateway has to do at least: `ws`, which lets in whoever asks. Sends where it listens.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
await once(server, "listening");
process.send?.({ port: (server.address() as AddressInfo).port });
