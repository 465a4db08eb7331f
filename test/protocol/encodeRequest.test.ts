import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import { encodeRequest } from "../../src/protocol/encodeRequest.ts"

describe("encodeRequest", () => {
  it.each([
    [["PING"], "*1\r\n$4\r\nPING\r\n"],
    [["SET", "k", ""], "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n"],
    [["a", Buffer.from("\xff\0", "latin1"), "\xff"], "*3\r\n$1\r\na\r\n$2\r\n\xff\0\r\n$1\r\n\xff\r\n"],
    [[Buffer.from("a"), Buffer.from("b")], "*2\r\n$1\r\na\r\n$1\r\nb\r\n"]
  ])("writes %j as clients do", (words, bytes) => {
    assert.strictEqual(Buffer.concat(encodeRequest(words)).toString("latin1"), bytes)
  })
})
