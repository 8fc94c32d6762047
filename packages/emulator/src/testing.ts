export { Clock, type ClockOptions } from "./clock/clock.ts";
export type { EmulatorFault } from "./faults/fault-kinds.ts";
export { Faults } from "./faults/faults.ts";
export { type RecordedFrame, type RecordedInvocation, Recording } from "./testing/recording.ts";
export {
  type ApiUnderTest,
  startEmulator,
  type TemplateUnderTest,
  type TestEmulator,
} from "./testing/start-emulator.ts";
export type { TestApi, TestFunction, TestHandler, TestRoute } from "./testing/test-api.ts";
export {
  type ConnectOptions,
  connectTo,
  HandshakeRefused,
  handshakeStatus,
  TestClient,
  type TestFrame,
} from "./testing/test-client.ts";
