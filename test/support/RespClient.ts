/**
 * A raw RESP client for tests: it sends exactly the bytes it is given and tells exactly which bytes came back.
 *
 * Replies keep their protocol types apart (a simple string is not a bulk string, `$-1` is not `*-1` is not `_`), numbers
 * stay the text that was on the wire, and every string is latin1: one character per byte. It knows no command, retries
 * nothing and converts nothing: that is what it is for. Applications want ioredis or node-redis.
 */
import * as Net from "node:net"

/** One reply. `text` is what stood on the wire, so that `:+1` and `:1`, or `,1.0` and `,1`, are told apart. */
export type Reply =
  | { readonly type: "simple" | "error" | "bulk" | "bulkError"; readonly text: string }
  | { readonly type: "integer" | "double" | "bigNumber"; readonly text: string }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "null"; readonly form: "bulk" | "array" | "resp3" }
  | { readonly type: "verbatim"; readonly format: string; readonly text: string }
  | { readonly type: "array" | "set" | "push"; readonly items: ReadonlyArray<Reply> }
  | { readonly type: "map"; readonly entries: ReadonlyArray<readonly [Reply, Reply]> }
  | { readonly type: "attribute"; readonly entries: ReadonlyArray<readonly [Reply, Reply]>; readonly of: Reply }

/** A reply together with the bytes it was read from. */
export interface Received {
  readonly reply: Reply
  readonly raw: string
}

export type Argument = string | Buffer | number
export type Request = ReadonlyArray<Argument>

export type Address = { readonly host?: string; readonly port: number } | { readonly path: string }

export interface RespClient {
  /** Sends one command and gives its reply. A RESP3 push that comes before it goes to `pushes`. */
  readonly call: (...request: Request) => Promise<Reply>
  /** Sends all commands in one write and gives their replies in order. */
  readonly pipeline: (requests: ReadonlyArray<Request>) => Promise<ReadonlyArray<Received>>
  /** Sends bytes as they are; a string is latin1. */
  readonly write: (bytes: string | Buffer) => void
  /** The next reply that no other call waits for. Fails when the connection ends first. */
  readonly receive: () => Promise<Received>
  /** The next RESP3 push message. */
  readonly receivePush: () => Promise<Received>
  /** Push messages that have arrived and were not taken by `receivePush`. */
  readonly pushes: ReadonlyArray<Received>
  /** Tells the server that nothing more will be sent; what it still answers can be read. */
  readonly end: () => void
  /** Everything that came and was not taken as a reply, once the server has closed the connection. */
  readonly untilClosed: () => Promise<string>
  readonly isClosed: () => boolean
  /** Drops the connection at once. */
  readonly close: () => void
}

export const connect = (address: Address): Promise<RespClient> =>
  new Promise((resolve, reject) => {
    const socket = "path" in address
      ? Net.connect({ path: address.path, allowHalfOpen: true })
      : Net.connect({ host: address.host ?? "127.0.0.1", port: address.port, allowHalfOpen: true })
    socket.once("error", reject)
    socket.once("connect", () => {
      socket.off("error", reject)
      socket.setNoDelay(true)
      resolve(makeClient(socket))
    })
  })

/** The bytes of a request as an array of bulk strings, the form in which clients send. */
export const encodeRequest = (request: Request): Buffer => {
  const parts: Array<Buffer> = [Buffer.from(`*${request.length}\r\n`)]
  for (const argument of request) {
    const bytes = Buffer.isBuffer(argument) ? argument : Buffer.from(String(argument), "latin1")
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n"))
  }
  return Buffer.concat(parts)
}

/** A reply as a reader would write it down, for the output of a failing test. */
export const formatReply = (reply: Reply): string => {
  switch (reply.type) {
    case "simple":
    case "error":
    case "bulkError":
    case "integer":
    case "double":
    case "bigNumber":
      return `${reply.type} ${printable(reply.text)}`
    case "bulk":
      return `"${printable(reply.text)}"`
    case "boolean":
      return `boolean ${reply.value}`
    case "null":
      return `null (${reply.form})`
    case "verbatim":
      return `verbatim ${reply.format}:"${printable(reply.text)}"`
    case "array":
    case "set":
    case "push":
      return `${reply.type} [${reply.items.map(formatReply).join(", ")}]`
    case "map":
      return `map {${formatEntries(reply.entries)}}`
    case "attribute":
      return `attribute {${formatEntries(reply.entries)}} of ${formatReply(reply.of)}`
  }
}

/** Bytes with everything outside of printable ASCII escaped. */
export const printable = (latin1: string): string =>
  latin1.replace(/[^\x20-\x7e]|\\/g, (char) => {
    if (char === "\r") return "\\r"
    if (char === "\n") return "\\n"
    if (char === "\\") return "\\\\"
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`
  })

const formatEntries = (entries: ReadonlyArray<readonly [Reply, Reply]>): string =>
  entries.map(([key, value]) => `${formatReply(key)}: ${formatReply(value)}`).join(", ")

interface Waiter {
  readonly resolve: (received: Received) => void
  readonly reject: (error: Error) => void
}

const makeClient = (socket: Net.Socket): RespClient => {
  let pending = ""
  let chunks: Array<string> = []
  // How many bytes must be there before another attempt to read a reply makes sense; keeps a large bulk linear.
  let neededLength = 0
  let arrivedLength = 0
  let isClosed = false
  let closedBecause = "the server closed the connection"
  let replies: Array<Received> = []
  // Replies before this index have been taken: `shift` on a long array moves all that is left.
  let takenReplies = 0
  const waiters: Array<Waiter> = []
  const pushes: Array<Received> = []
  const pushWaiters: Array<Waiter> = []
  const closedWaiters: Array<() => void> = []

  const deliver = (received: Received, queue: Array<Received>, queueWaiters: Array<Waiter>): void => {
    const waiter = queueWaiters.shift()
    if (waiter === undefined) queue.push(received)
    else waiter.resolve(received)
  }

  const readReplies = (): void => {
    if (arrivedLength < neededLength) return
    pending += chunks.join("")
    chunks = []
    let offset = 0
    while (offset < pending.length) {
      let parsed: Parsed | Incomplete
      try {
        parsed = parseReply(pending, offset)
      } catch (error) {
        closedBecause = String(error)
        socket.destroy()
        return
      }
      if (typeof parsed === "number") {
        neededLength = parsed - offset
        break
      }
      const received: Received = { reply: parsed.reply, raw: pending.slice(offset, parsed.end) }
      offset = parsed.end
      neededLength = 0
      if (parsed.reply.type === "push") deliver(received, pushes, pushWaiters)
      else deliver(received, replies, waiters)
    }
    pending = pending.slice(offset)
    arrivedLength = pending.length
  }

  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk.toString("latin1"))
    arrivedLength += chunk.length
    readReplies()
  })
  // A reset after a protocol error is one of the ways in which a server closes; what had arrived before it counts.
  socket.on("error", (error) => {
    closedBecause = error.message
  })
  socket.on("end", () => socket.end())
  socket.on("close", () => {
    isClosed = true
    pending += chunks.join("")
    chunks = []
    for (const waiter of [...waiters.splice(0), ...pushWaiters.splice(0)]) waiter.reject(new Error(closedBecause))
    for (const notify of closedWaiters.splice(0)) notify()
  })

  const wait = (queueWaiters: Array<Waiter>): Promise<Received> => {
    if (isClosed) return Promise.reject(new Error(closedBecause))
    return new Promise((resolve, reject) => queueWaiters.push({ resolve, reject }))
  }
  const receive = (): Promise<Received> => {
    const received = replies[takenReplies]
    if (received === undefined) return wait(waiters)
    takenReplies++
    if (takenReplies === replies.length) {
      replies = []
      takenReplies = 0
    }
    return Promise.resolve(received)
  }
  const receivePush = (): Promise<Received> => {
    const received = pushes.shift()
    return received === undefined ? wait(pushWaiters) : Promise.resolve(received)
  }
  const write = (bytes: string | Buffer): void => {
    if (!isClosed) socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes)
  }

  return {
    call: async (...request) => {
      write(encodeRequest(request))
      return (await receive()).reply
    },
    pipeline: async (requests) => {
      write(Buffer.concat(requests.map(encodeRequest)))
      return await Promise.all(requests.map(receive))
    },
    write,
    receive,
    receivePush,
    pushes,
    end: () => {
      socket.end()
    },
    untilClosed: async () => {
      if (!isClosed) await new Promise<void>((resolve) => closedWaiters.push(resolve))
      const rest = replies.slice(takenReplies).map((received) => received.raw).join("") + pending
      replies = []
      takenReplies = 0
      pending = ""
      return rest
    },
    isClosed: () => isClosed,
    close: () => {
      socket.destroy()
    }
  }
}

interface Parsed {
  readonly reply: Reply
  readonly end: number
}

/** Where the bytes end that are needed at least to go on. */
type Incomplete = number

const parseReply = (input: string, start: number): Parsed | Incomplete => {
  const lineEnd = input.indexOf("\r\n", start)
  if (lineEnd === -1) return input.length + 1
  const marker = input.charAt(start)
  const line = input.slice(start + 1, lineEnd)
  const next = lineEnd + 2
  switch (marker) {
    case "+":
      return { reply: { type: "simple", text: line }, end: next }
    case "-":
      return { reply: { type: "error", text: line }, end: next }
    case ":":
      return { reply: { type: "integer", text: line }, end: next }
    case ",":
      return { reply: { type: "double", text: line }, end: next }
    case "(":
      return { reply: { type: "bigNumber", text: line }, end: next }
    case "#":
      if (line !== "t" && line !== "f") throw new Error(`not a boolean: #${printable(line)}`)
      return { reply: { type: "boolean", value: line === "t" }, end: next }
    case "_":
      return { reply: { type: "null", form: "resp3" }, end: next }
    case "$":
    case "!":
    case "=": {
      const length = parseLength(line)
      if (length === -1 && marker === "$") return { reply: { type: "null", form: "bulk" }, end: next }
      const end = next + length + 2
      if (input.length < end) return end
      if (input.slice(end - 2, end) !== "\r\n") throw new Error("a bulk string does not end with CR LF")
      const text = input.slice(next, end - 2)
      if (marker === "$") return { reply: { type: "bulk", text }, end }
      if (marker === "!") return { reply: { type: "bulkError", text }, end }
      return { reply: { type: "verbatim", format: text.slice(0, 3), text: text.slice(4) }, end }
    }
    case "*":
    case "~":
    case ">": {
      const length = parseLength(line)
      if (length === -1 && marker === "*") return { reply: { type: "null", form: "array" }, end: next }
      const parsed = parseItems(input, next, length)
      if (typeof parsed === "number") return parsed
      const type = marker === "*" ? "array" : marker === "~" ? "set" : "push"
      return { reply: { type, items: parsed.items }, end: parsed.end }
    }
    case "%":
    case "|": {
      const parsed = parseItems(input, next, parseLength(line) * 2)
      if (typeof parsed === "number") return parsed
      const entries = toEntries(parsed.items)
      if (marker === "%") return { reply: { type: "map", entries }, end: parsed.end }
      const described = parseReply(input, parsed.end)
      if (typeof described === "number") return described
      return { reply: { type: "attribute", entries, of: described.reply }, end: described.end }
    }
    default:
      throw new Error(`not a reply: ${printable(input.slice(start, start + 40))}`)
  }
}

const parseItems = (
  input: string,
  start: number,
  length: number
): { readonly items: ReadonlyArray<Reply>; readonly end: number } | Incomplete => {
  const items: Array<Reply> = []
  let offset = start
  for (let index = 0; index < length; index++) {
    const parsed = parseReply(input, offset)
    if (typeof parsed === "number") return parsed
    items.push(parsed.reply)
    offset = parsed.end
  }
  return { items, end: offset }
}

const toEntries = (items: ReadonlyArray<Reply>): ReadonlyArray<readonly [Reply, Reply]> => {
  const entries: Array<readonly [Reply, Reply]> = []
  for (let index = 0; index + 1 < items.length; index += 2) {
    const key = items[index]
    const value = items[index + 1]
    if (key !== undefined && value !== undefined) entries.push([key, value])
  }
  return entries
}

const parseLength = (line: string): number => {
  if (!/^(-1|\d+)$/.test(line)) throw new Error(`not a length: ${printable(line)}`)
  return Number(line)
}
