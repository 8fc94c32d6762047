// The least work of any gateway: bare `ws`, which lets in every client. Sends its port.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
await once(server, "listening");
process.send?.({ port: (server.address() as AddressInfo).port });
