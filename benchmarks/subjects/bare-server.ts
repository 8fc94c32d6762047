// The least work of any gateway: bare `ws`, which lets in every client and sends every message back. Sends its port.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { announce } from "./announce.ts";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
server.on("connection", (socket) => socket.on("message", (data) => socket.send(data, { binary: false })));
await once(server, "listening");
announce((server.address() as AddressInfo).port);
