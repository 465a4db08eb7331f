/**
 * What a server answers to bytes that are no proper request, and when it closes the connection.
 *
 * The table states the bytes, so it holds without a reference too; where there is one, the table itself is put to it.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { findReference, type RunningServer, startKeyloom, startReference } from "../support/referenceServers.ts"
import { encodeRequest, printable, type RespClient } from "../support/RespClient.ts"

interface Case {
  readonly name: string
  readonly sends: string
  /** Sent once the server had the chance to answer, or to close, too early: for requests that arrive in parts. */
  readonly thenSends?: string
  readonly answers: string
  /** The server closes by itself. Otherwise another request on the same connection has to be answered. */
  readonly closes?: true
  /** Why the case is not put to the reference: what Valkey 8.1 does here is an accident that Keyloom does not follow. */
  readonly referenceDiffers?: string
}

interface Group {
  readonly title: string
  readonly directives?: ReadonlyArray<string>
  readonly cases: ReadonlyArray<Case>
}

const inlineLimit = 64 * 1024
const megabyte = 1024 * 1024

const request = (...words: ReadonlyArray<string>): string => encodeRequest(words).toString("latin1")
const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`
const closesWith = (message: string) => ({ answers: `-ERR Protocol error: ${message}\r\n`, closes: true }) as const

const multibulkCounts: Group = {
  title: "the count of a multibulk request",
  cases: [
    { name: "is skipped when it is zero", sends: "*0\r\n", answers: "" },
    { name: "is skipped when it is minus one", sends: "*-1\r\n", answers: "" },
    { name: "is skipped when it is negative", sends: "*-10\r\n", answers: "" },
    { name: "is skipped when it is below 32 bits", sends: "*-2147483649\r\n", answers: "" },
    { name: "may be followed by skipped ones", sends: `*0\r\n*-1\r\n${request("PING")}*0\r\n`, answers: "+PONG\r\n" },
    ...[
      "",
      "abc",
      "1a",
      "a1",
      " 1",
      "1 ",
      "+1",
      "01",
      "-0",
      "1.0",
      "0x1",
      "--1",
      "-",
      "2147483648",
      "3000000000",
      "9223372036854775808",
      "99999999999999999999999",
      "\x00"
    ].map((count) => ({
      name: `is refused when it is "${printable(count)}"`,
      sends: `*${count}\r\n`,
      ...closesWith("invalid multibulk length")
    })),
    { name: "has to end with CR", sends: "*1\n$4\nPING\n\r\n", ...closesWith("invalid multibulk length") },
    { name: "ends with CR and any byte", sends: "*1\rX$4\rYPINGZZ", answers: "+PONG\r\n" },
    { name: "waits for the byte behind CR", sends: "*1\r", thenSends: "\n$4\r\nPING\r\n", answers: "+PONG\r\n" },
    { name: "waits for its digits", sends: "*", thenSends: "1\r\n$4\r\nPING\r\n", answers: "+PONG\r\n" },
    {
      name: "may be 64 KB long without CR, and not one byte more",
      sends: `*${"1".repeat(inlineLimit - 1)}`,
      thenSends: "1",
      ...closesWith("too big mbulk count string")
    },
    {
      name: "that starts with NUL is refused at 64 KB",
      sends: `*\x00${"A".repeat(inlineLimit - 1)}`,
      ...closesWith("too big mbulk count string")
    },
    {
      name: "may not be more than 1024 * 1024",
      sends: "*1048577\r\n",
      ...closesWith("invalid multibulk length"),
      referenceDiffers: "Valkey 8.1 takes any number of arguments that fits into 31 bits; Redis's limit was 1024 * 1024"
    },
    {
      name: "may be 1024 * 1024",
      sends: `*1048576\r\n${bulk("ECHO")}${"$1\r\na\r\n".repeat(1048575)}`,
      answers: "-ERR wrong number of arguments for 'echo' command\r\n"
    }
  ]
}

const bulkLengths: Group = {
  title: "the length of a bulk",
  cases: [
    ...["", "abc", "-1", "-10", "4a", " 4", "4 ", "+4", "04", "-0", "4.0", "9223372036854775808", "\x00"].map((
      length
    ) => ({
      name: `is refused when it is "${printable(length)}"`,
      sends: `*1\r\n$${length}\r\n`,
      ...closesWith("invalid bulk length")
    })),
    {
      name: "is refused in a later argument as well",
      sends: `*3\r\n${bulk("SET")}${bulk("x")}$blabla\r\n`,
      ...closesWith("invalid bulk length")
    },
    {
      name: "is refused above proto-max-bulk-len's default",
      sends: "*1\r\n$536870913\r\n",
      ...closesWith("invalid bulk length")
    },
    { name: "may be zero", sends: request("ECHO", ""), answers: "$0\r\n\r\n" },
    { name: "ends with CR and any byte", sends: "*1\r\n$4\rXPING\r\n", answers: "+PONG\r\n" },
    {
      name: "is followed by the bulk and two bytes that may be any",
      sends: "*1\r\n$4\r\nPINGxy",
      answers: "+PONG\r\n"
    },
    { name: "waits for its digits", sends: "*1\r\n$", thenSends: "4\r\nPING\r\n", answers: "+PONG\r\n" },
    { name: "waits for the byte behind CR", sends: "*1\r\n$4\r", thenSends: "\nPING\r\n", answers: "+PONG\r\n" },
    { name: "waits for the bulk", sends: "*1\r\n$4\r\nPI", thenSends: "NG\r\n", answers: "+PONG\r\n" },
    { name: "waits for the bytes behind the bulk", sends: "*1\r\n$4\r\nPING\r", thenSends: "\n", answers: "+PONG\r\n" },
    {
      name: "may be 64 KB long without CR, and not one byte more",
      sends: `*1\r\n$${"1".repeat(inlineLimit - 1)}`,
      thenSends: "1",
      ...closesWith("too big bulk count string")
    },
    {
      name: "is too big even where no $ stands, when there is no CR",
      sends: `*1\r\n${"A".repeat(inlineLimit + 1)}`,
      ...closesWith("too big bulk count string")
    },
    {
      name: "that starts with NUL is refused at 64 KB",
      sends: `*1\r\n$\x00${"A".repeat(inlineLimit - 1)}`,
      ...closesWith("too big bulk count string")
    },
    ...[1, 2, 3, 16383, 16384, 32766, 32767, 32768, 32769, 65535, 65536, 65537, megabyte, 5 * megabyte].map((
      length
    ) => ({
      name: `may be ${length}`,
      sends: request("ECHO", "v".repeat(length)),
      answers: bulk("v".repeat(length))
    })),
    {
      name: "counts bytes, and all 256 of them pass",
      sends: request("ECHO", String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code))),
      answers: bulk(String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code)))
    }
  ]
}

const bulkMarkers: Group = {
  title: "where $ is expected",
  cases: [
    ...["f", ":", "*", "+", "-", "a", " ", "'", "%", "\\", "\x7f", "\xff", "\x01"].map((marker) => ({
      name: `"${printable(marker)}" is named and refused`,
      sends: `*1\r\n${marker}oo\r\n`,
      ...closesWith(`expected '$', got '${marker}'`)
    })),
    // The error text is a line of its own, so the line ends in it become spaces.
    { name: "CR is shown as a space", sends: "*1\r\n\r\n", ...closesWith("expected '$', got ' '") },
    { name: "LF is shown as a space", sends: "*1\r\n\noo\r\n", ...closesWith("expected '$', got ' '") },
    { name: "NUL stays NUL", sends: "*1\r\n\x00oo\r\n", ...closesWith("expected '$', got '\x00'") },
    {
      name: "a later argument is looked at as well",
      sends: `*3\r\n${bulk("SET")}${bulk("x")}fooz\r\n`,
      ...closesWith("expected '$', got 'f'")
    },
    {
      name: "the line has to be complete first",
      sends: "*1\r\nfo",
      thenSends: "o\r\n",
      ...closesWith("expected '$', got 'f'")
    }
  ]
}

const closing: Group = {
  title: "a protocol error",
  cases: [
    {
      name: "comes after the replies to what stood before it",
      sends: `PING\r\n${request("ECHO", "a")}*x\r\n`,
      answers: `+PONG\r\n${bulk("a")}-ERR Protocol error: invalid multibulk length\r\n`,
      closes: true
    },
    {
      name: "ends the connection before what stands behind it",
      sends: `*x\r\n${request("PING")}${request("PING")}`,
      ...closesWith("invalid multibulk length")
    },
    {
      name: "in an inline request ends the connection as well",
      sends: `PING "\r\n${request("PING")}`,
      ...closesWith("unbalanced quotes in request")
    }
  ]
}

const inline: Group = {
  title: "an inline request",
  cases: [
    { name: "ends with CR LF", sends: "PING\r\n", answers: "+PONG\r\n" },
    { name: "ends with LF", sends: "PING\n", answers: "+PONG\r\n" },
    { name: "may end with CR CR LF", sends: "PING\r\r\n", answers: "+PONG\r\n" },
    { name: "waits for its end", sends: "PI", thenSends: "NG\r\n", answers: "+PONG\r\n" },
    { name: "waits for LF", sends: "PING\r", thenSends: "\n", answers: "+PONG\r\n" },
    { name: "may be empty", sends: "\r\n\n\r\n", answers: "" },
    {
      name: "may be blank",
      sends: "   \t \r\n",
      answers: "",
      referenceDiffers: "it takes the next request for an inline one as well, whatever it starts with"
    },
    { name: "is trimmed", sends: "  PING  \r\n", answers: "+PONG\r\n" },
    { name: "is split at any white space", sends: "ECHO\t\x0b\x0c\r a\r\n", answers: bulk("a") },
    { name: "takes names in any case", sends: "pInG\r\n", answers: "+PONG\r\n" },
    { name: "takes quoted names", sends: "\"PING\"\r\n'PING'\r\n", answers: "+PONG\r\n+PONG\r\n" },
    { name: "takes empty arguments in quotes", sends: "ECHO \"\"\r\nECHO ''\r\n", answers: "$0\r\n\r\n$0\r\n\r\n" },
    { name: "keeps white space in quotes", sends: "ECHO \" a\t \"\r\n", answers: bulk(" a\t ") },
    { name: "keeps the other quotes in quotes", sends: "ECHO \"'\"\r\nECHO '\"'\r\n", answers: bulk("'") + bulk("\"") },
    {
      name: "knows the escapes in double quotes",
      sends: "ECHO \"\\n\\r\\t\\b\\a\\\\\\\"\\q\"\r\n",
      answers: bulk("\n\r\t\b\x07\\\"q")
    },
    { name: "knows hexadecimal escapes", sends: "ECHO \"\\x00\\x41\\xfF\"\r\n", answers: bulk("\x00A\xff") },
    { name: "takes a broken hexadecimal escape as text", sends: "ECHO \"\\xZZ\\x4\"\r\n", answers: bulk("xZZx4") },
    {
      name: "knows only the quote's escape in single quotes",
      sends: "ECHO 'it\\'s\\n\\x41'\r\n",
      answers: bulk("it's\\n\\x41")
    },
    { name: "takes a backslash outside of quotes as text", sends: "ECHO a\\n\\x41\r\n", answers: bulk("a\\n\\x41") },
    { name: "may open quotes inside of a word", sends: "ECHO a\"b c\"\r\n", answers: bulk("ab c") },
    { name: "may open single quotes inside of a word", sends: "ECHO a'b c'\r\n", answers: bulk("ab c") },
    ...[
      "PING \"",
      "PING '",
      "PING \"a",
      "PING 'a",
      "PING \"a\"b",
      "PING 'a'b",
      "PING \"a\"\"b\"",
      "PING \"a\"'b'",
      "PING \"a\\\"",
      "PING 'a\\'",
      "\""
    ].map((
      line
    ) => ({
      name: `is refused with unbalanced quotes: ${line}`,
      sends: `${line}\r\n`,
      ...closesWith("unbalanced quotes in request")
    })),
    {
      name: "may be a name that is empty",
      sends: "\"\"\r\n",
      answers: "-ERR unknown command '', with args beginning with: \r\n"
    },
    { name: "may begin with $", sends: "$4\r\n", answers: "-ERR unknown command '$4', with args beginning with: \r\n" },
    {
      name: "carries bytes above 127",
      sends: "ECHO \xe4\x80\xfe\r\n",
      answers: bulk("\xe4\x80\xfe")
    },
    {
      name: "carries the byte 255",
      sends: "ECHO a\xffb\r\n",
      answers: bulk("a\xffb"),
      referenceDiffers: "it loses the byte, which is a signed -1 to it; Redis keeps it"
    },
    {
      name: "mixes with multibulk requests",
      sends: `PING\r\n${request("PING")}PING\r\n`,
      answers: "+PONG\r\n+PONG\r\n+PONG\r\n"
    },
    {
      name: "may be 64 KB long without LF, and not one byte more",
      sends: "A".repeat(inlineLimit),
      thenSends: "A",
      ...closesWith("too big inline request")
    },
    {
      name: "of 64 KB is served",
      sends: `ECHO ${"a".repeat(inlineLimit - 5)}`,
      thenSends: "\r\n",
      answers: bulk("a".repeat(inlineLimit - 5))
    },
    // A line ends at LF only before the first NUL; behind it the server keeps looking until the limit.
    {
      name: "with NUL has no end",
      sends: `\x00\r\n${"A".repeat(inlineLimit)}`,
      ...closesWith("too big inline request")
    },
    {
      name: "that looks like HTTP ends the connection silently",
      sends: "POST / HTTP/1.1\r\n",
      answers: "",
      closes: true
    },
    {
      name: "that looks like a Host header ends the connection silently",
      sends: "host: a\r\nPING\r\n",
      answers: "",
      closes: true
    }
  ]
}

const unknownCommands: Group = {
  title: "an unknown command",
  cases: [
    { name: "is named", sends: "foo\r\n", answers: "-ERR unknown command 'foo', with args beginning with: \r\n" },
    {
      name: "is named with its arguments",
      sends: request("foo", "bar", "b a z"),
      answers: "-ERR unknown command 'foo', with args beginning with: 'bar' 'b a z' \r\n"
    },
    {
      name: "is shown with 128 bytes of its name",
      sends: request("f".repeat(300)),
      answers: `-ERR unknown command '${"f".repeat(128)}', with args beginning with: \r\n`
    },
    {
      name: "is shown with 128 bytes of its arguments",
      sends: request("foo", "a".repeat(100), "b".repeat(100), "c"),
      answers: `-ERR unknown command 'foo', with args beginning with: '${"a".repeat(100)}' '${"b".repeat(25)}' \r\n`
    },
    {
      name: "has the line ends of its name replaced",
      sends: request("a\r\nb"),
      answers: "-ERR unknown command 'a  b', with args beginning with: \r\n"
    },
    {
      name: "has the line ends of its arguments replaced",
      sends: request("foo", "a\r\nb"),
      answers: "-ERR unknown command 'foo', with args beginning with: 'a  b' \r\n"
    },
    {
      name: "keeps bytes above 127",
      sends: request("f\xff\xe4", "\x80"),
      answers: "-ERR unknown command 'f\xff\xe4', with args beginning with: '\x80' \r\n"
    },
    {
      name: "ends at NUL",
      sends: request("a\x00b"),
      answers: "-ERR unknown command 'a', with args beginning with: \r\n"
    }
  ]
}

const quitting: Group = {
  title: "QUIT",
  cases: [
    { name: "answers and closes", sends: request("QUIT"), answers: "+OK\r\n", closes: true },
    { name: "takes arguments", sends: request("QUIT", "a", "b"), answers: "+OK\r\n", closes: true },
    {
      name: "answers what came before it",
      sends: `PING\r\n${request("QUIT")}`,
      answers: "+PONG\r\n+OK\r\n",
      closes: true
    },
    {
      name: "serves nothing behind it",
      sends: `${request("QUIT")}${request("PING")}`,
      answers: "+OK\r\n",
      closes: true
    }
  ]
}

const noAuth = "-NOAUTH Authentication required.\r\n"

const beforeAuthentication: Group = {
  title: "before authentication",
  directives: ["--requirepass", "secret"],
  cases: [
    { name: "commands are refused", sends: request("GET", "k"), answers: noAuth },
    {
      name: "unknown commands are refused by their name",
      sends: request("foo"),
      answers: "-ERR unknown command 'foo', with args beginning with: \r\n"
    },
    {
      name: "wrong numbers of arguments are refused first",
      sends: request("GET"),
      answers: "-ERR wrong number of arguments for 'get' command\r\n"
    },
    { name: "QUIT is served", sends: request("QUIT"), answers: "+OK\r\n", closes: true },
    { name: "10 arguments are taken", sends: request("MGET", ..."123456789"), answers: noAuth },
    {
      name: "11 arguments are refused",
      sends: request("MGET", ..."1234567890"),
      ...closesWith("unauthenticated multibulk length")
    },
    { name: "a bad count is called bad", sends: "*x\r\n", ...closesWith("invalid multibulk length") },
    { name: "a bulk of 16384 bytes is taken", sends: request("GET", "k".repeat(16384)), answers: noAuth },
    {
      name: "a bulk of 16385 bytes is refused",
      sends: "*2\r\n$3\r\nGET\r\n$16385\r\n",
      ...closesWith("unauthenticated bulk length")
    },
    { name: "inline requests may have more arguments", sends: "MGET 1 2 3 4 5 6 7 8 9 10 11\r\n", answers: noAuth },
    {
      name: "a wrong password changes nothing",
      sends: request("AUTH", "wrong") + request("GET", "k"),
      answers: `-WRONGPASS invalid username-password pair or user is disabled.\r\n${noAuth}`
    },
    {
      name: "AUTH lifts the limits for what stands behind it in the same write",
      sends: request("AUTH", "secret") + request("MGET", ..."1234567890") + request("ECHO", "a".repeat(20000)),
      answers: `+OK\r\n*10\r\n${"$-1\r\n".repeat(10)}${bulk("a".repeat(20000))}`
    },
    {
      name: "RESET brings the limits back",
      sends: request("AUTH", "secret") + request("RESET") + request("MGET", ..."1234567890"),
      answers: "+OK\r\n+RESET\r\n-ERR Protocol error: unauthenticated multibulk length\r\n",
      closes: true
    }
  ]
}

const smallLimits: Group = {
  title: "with lower limits",
  directives: ["--proto-max-bulk-len", String(megabyte), "--client-query-buffer-limit", String(2 * megabyte)],
  cases: [
    {
      name: "a bulk of proto-max-bulk-len bytes is served",
      sends: request("ECHO", "a".repeat(megabyte)),
      answers: bulk("a".repeat(megabyte))
    },
    {
      name: "a bulk of one byte more is refused",
      sends: `*2\r\n${bulk("ECHO")}$${megabyte + 1}\r\n`,
      ...closesWith("invalid bulk length")
    },
    {
      name: "a pipeline may be longer than client-query-buffer-limit",
      sends: request("PING").repeat(200_000),
      answers: "+PONG\r\n".repeat(200_000)
    }
  ]
}

const groups: ReadonlyArray<Group> = [
  multibulkCounts,
  bulkLengths,
  bulkMarkers,
  closing,
  inline,
  unknownCommands,
  quitting,
  beforeAuthentication,
  smallLimits
]

/** Everything that the server answers to a case; with the answer to a last RESET, unless the server has to close. */
const exchange = async (
  server: RunningServer,
  client: RespClient,
  { sends, thenSends, closes }: Case
): Promise<string> => {
  client.write(sends)
  if (thenSends !== undefined) {
    // The answer on another connection shows that the server has had its turn with what has been sent so far.
    const other = await server.connect()
    await other.call("PING")
    other.close()
    client.write(thenSends)
  }
  if (closes === true) return await Promise.race([client.untilClosed(), stillOpen()])
  // RESET is served before authentication, too. Half-closing instead would be shorter, but cuts off what is not yet sent.
  client.write(request("RESET"))
  const answers: Array<string> = []
  while (answers.at(-1) !== resetAnswer) {
    const received = await client.receive().catch(() => undefined)
    if (received === undefined) return `${answers.join("")}${await client.untilClosed()} (and closed)`
    answers.push(received.raw)
  }
  client.close()
  return answers.join("")
}

/** A server that does not close is given up, so that the other cases get their turn. */
const stillOpen = (): Promise<string> =>
  new Promise((resolve) => {
    setTimeout(() => resolve("(the connection is still open)"), 5000).unref()
  })

const resetAnswer = "+RESET\r\n"

const describeGroup = (group: Group, start: typeof startKeyloom): void => {
  const cases = group.cases.filter((testCase) => start === startKeyloom || testCase.referenceDiffers === undefined)
  describe(group.title, () => {
    let server: RunningServer | undefined
    beforeAll(async () => {
      server = await start({ directives: group.directives ?? [] })
    })
    afterAll(() => server?.stop())
    for (const protocol of protocolsOf(group)) {
      for (const testCase of cases) {
        it(`${testCase.name} (RESP${protocol})`, async () => {
          if (server === undefined) throw new Error("the server has not been started")
          const client = await server.connect()
          if (protocol === 3) await client.call("HELLO", "3")
          const expected = testCase.answers + (testCase.closes === true ? "" : resetAnswer)
          const answer = await exchange(server, client, testCase)
          // Megabytes of difference would drown the message.
          assert.strictEqual(shorten(answer), shorten(expected))
          assert.isTrue(answer === expected)
        }, 20_000)
      }
    }
  })
}

const shorten = (bytes: string): string =>
  bytes.length <= 400 ? printable(bytes) : `${printable(bytes.slice(0, 200))}... ${bytes.length} bytes`

/** HELLO needs authentication itself, so that group has RESP2 only. */
const protocolsOf = (group: Group): ReadonlyArray<2 | 3> => group === beforeAuthentication ? [2] : [2, 3]

describe("Keyloom and malformed requests", () => {
  for (const group of groups) describeGroup(group, startKeyloom)
})

const reference = findReference()
if (reference?.isExact === true) {
  describe(`the table of malformed requests holds for ${reference.name}`, () => {
    for (const group of groups) describeGroup(group, startReference)
  })
} else {
  describe("the table of malformed requests", () => {
    it.skip("is put to the reference: no Valkey 8.1, see REFERENCE_SERVER and REFERENCE_DIR")
  })
}

const pipeline = [
  request("PING"),
  "PING \"a b\"\r\n",
  request("ECHO", "bin\x00ary\r\n"),
  "*0\r\n",
  request("ECHO", ""),
  "\r\n",
  request("FOO", "bar"),
  "ECHO last\n"
].join("")
const pipelineAnswers = "+PONG\r\n$3\r\na b\r\n$9\r\nbin\x00ary\r\n\r\n$0\r\n\r\n" +
  "-ERR unknown command 'FOO', with args beginning with: 'bar' \r\n$4\r\nlast\r\n"

describe("Keyloom's connections", () => {
  let server: RunningServer | undefined
  beforeAll(async () => {
    server = await startKeyloom({ directives: ["--maxclients", "200"] })
  })
  afterAll(() => server?.stop())
  const running = (): RunningServer => {
    if (server === undefined) throw new Error("the server has not been started")
    return server
  }

  it("answer a pipeline the same wherever it is cut", async () => {
    const other = await running().connect()
    for (let cut = 1; cut < pipeline.length; cut++) {
      const client = await running().connect()
      client.write(pipeline.slice(0, cut))
      await other.call("PING")
      client.write(pipeline.slice(cut))
      client.end()
      assert.strictEqual(printable(await client.untilClosed()), printable(pipelineAnswers), `cut at ${cut}`)
    }
  }, 60_000)

  it("answer a pipeline that comes byte by byte", async () => {
    const client = await running().connect()
    const other = await running().connect()
    for (const byte of pipeline) {
      client.write(byte)
      await other.call("PING")
    }
    client.end()
    assert.strictEqual(printable(await client.untilClosed()), printable(pipelineAnswers))
  }, 60_000)

  it("are refused beyond maxclients, with a reason", async () => {
    const open: Array<RespClient> = []
    // Connections of earlier tests may still be closing; every one that answers counts.
    for (;;) {
      const client = await running().connect()
      client.write(request("PING"))
      const answer = await client.receive().catch(() => undefined)
      if (answer?.raw !== "+PONG\r\n") {
        assert.strictEqual(answer?.raw, "-ERR max number of clients reached\r\n")
        assert.strictEqual(await client.untilClosed(), "")
        break
      }
      open.push(client)
      assert.isAtMost(open.length, 200)
    }
    for (const client of open) client.close()
  }, 60_000)
})
