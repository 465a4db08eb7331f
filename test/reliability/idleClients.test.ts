import { assert, it } from "@effect/vitest"
import * as Os from "node:os"
import { onTestFinished } from "vitest"
import { startKeyloom } from "../support/referenceServers.ts"
import { holdIdleClients } from "./idleClients.ts"

it.skipIf(Os.platform() !== "linux")("a thousand idle clients stay connected and are answered", async () => {
  const server = await startKeyloom()
  onTestFinished(server.stop)
  const { answered, asked, bytesPerClient, clients } = await holdIdleClients(server, 1000)
  assert.strictEqual(clients, 1000)
  assert.strictEqual(answered, asked)
  // Several times what it is, so that only a buffer that is kept for each client is noticed.
  assert.isBelow(bytesPerClient, 100 * 1024)
})
