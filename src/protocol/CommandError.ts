/**
 * The expected failures of commands, one class per kind, and their one mapping to the text a client reads.
 *
 * They are plain values: a handler returns them like any other reply, without a stack trace. Those without fields are constants.
 * An Effect may fail with them as well (`Effect.fail(new NoSuchKey())`): they carry a `_tag`.
 */

abstract class Base {
  abstract readonly _tag: string
}

export class WrongType extends Base {
  readonly _tag = "WrongType"
}
export class SyntaxFailure extends Base {
  readonly _tag = "SyntaxFailure"
}
export class NotInteger extends Base {
  readonly _tag = "NotInteger"
}
export class NotFloat extends Base {
  readonly _tag = "NotFloat"
}
export class OutOfRange extends Base {
  readonly _tag = "OutOfRange"
}
export class Overflow extends Base {
  readonly _tag = "Overflow"
}
export class NoSuchKey extends Base {
  readonly _tag = "NoSuchKey"
}
export class SameObject extends Base {
  readonly _tag = "SameObject"
}
export class DatabaseOutOfRange extends Base {
  readonly _tag = "DatabaseOutOfRange"
}
export class StringTooLong extends Base {
  readonly _tag = "StringTooLong"
}
export class OutOfMemory extends Base {
  readonly _tag = "OutOfMemory"
}
export class NoAuth extends Base {
  readonly _tag = "NoAuth"
}
export class WrongPassword extends Base {
  readonly _tag = "WrongPassword"
}
export class NoProto extends Base {
  readonly _tag = "NoProto"
}
export class Internal extends Base {
  readonly _tag = "Internal"
}

/** `now + ttl` leaves the range of a 64-bit time, or a time to live is not positive where it has to be. */
export class InvalidExpireTime extends Base {
  readonly _tag = "InvalidExpireTime"
  readonly command: string
  constructor(command: string) {
    super()
    this.command = command
  }
}

/** `command` is the full name in lower case, with `|` before a subcommand. */
export class WrongArity extends Base {
  readonly _tag = "WrongArity"
  readonly command: string
  constructor(command: string) {
    super()
    this.command = command
  }
}

export class UnknownCommand extends Base {
  readonly _tag = "UnknownCommand"
  readonly name: string
  readonly args: ReadonlyArray<string>
  constructor(name: string, args: ReadonlyArray<string>) {
    super()
    this.name = name
    this.args = args
  }
}

/** `container` is the command in upper case, as its HELP names it. */
export class UnknownSubcommand extends Base {
  readonly _tag = "UnknownSubcommand"
  readonly container: string
  readonly name: string
  constructor(container: string, name: string) {
    super()
    this.container = container
    this.name = name
  }
}

/** A request that breaks the protocol; the connection is closed after it. */
export class ProtocolFailure extends Base {
  readonly _tag = "ProtocolFailure"
  readonly reason: string
  constructor(reason: string) {
    super()
    this.reason = reason
  }
}

/** A failure that only one command knows: `code` is the first word that clients match on, all of the text where `message` is empty. */
export class Failure extends Base {
  readonly _tag = "Failure"
  readonly code: string
  readonly message: string
  constructor(message: string, code = "ERR") {
    super()
    this.code = code
    this.message = message
  }
}

export type CommandError =
  | WrongType
  | SyntaxFailure
  | NotInteger
  | NotFloat
  | OutOfRange
  | Overflow
  | NoSuchKey
  | SameObject
  | DatabaseOutOfRange
  | StringTooLong
  | OutOfMemory
  | NoAuth
  | WrongPassword
  | NoProto
  | Internal
  | InvalidExpireTime
  | WrongArity
  | UnknownCommand
  | UnknownSubcommand
  | ProtocolFailure
  | Failure

export const wrongType = new WrongType()
export const syntaxFailure = new SyntaxFailure()
export const notInteger = new NotInteger()
export const notFloat = new NotFloat()
export const outOfRange = new OutOfRange()
export const overflow = new Overflow()
export const noSuchKey = new NoSuchKey()
export const sameObject = new SameObject()
export const databaseOutOfRange = new DatabaseOutOfRange()
export const stringTooLong = new StringTooLong()
export const outOfMemory = new OutOfMemory()
export const noAuth = new NoAuth()
export const wrongPassword = new WrongPassword()
export const noProto = new NoProto()
export const internal = new Internal()

export const isCommandError = (value: unknown): value is CommandError => value instanceof Base

/** The error line without its leading `-`: a code, a space and a sentence, in Redis's words. */
export const errorText = (error: CommandError): string => {
  switch (error._tag) {
    case "WrongType":
      return "WRONGTYPE Operation against a key holding the wrong kind of value"
    case "SyntaxFailure":
      return "ERR syntax error"
    case "NotInteger":
      return "ERR value is not an integer or out of range"
    case "NotFloat":
      return "ERR value is not a valid float"
    case "OutOfRange":
      return "ERR index out of range"
    case "Overflow":
      return "ERR increment or decrement would overflow"
    case "NoSuchKey":
      return "ERR no such key"
    case "SameObject":
      return "ERR source and destination objects are the same"
    case "DatabaseOutOfRange":
      return "ERR DB index is out of range"
    case "StringTooLong":
      return "ERR string exceeds maximum allowed size (proto-max-bulk-len)"
    case "OutOfMemory":
      return "OOM command not allowed when used memory > 'maxmemory'."
    case "NoAuth":
      return "NOAUTH Authentication required."
    case "WrongPassword":
      return "WRONGPASS invalid username-password pair or user is disabled."
    case "NoProto":
      return "NOPROTO unsupported protocol version"
    case "Internal":
      return "ERR internal error"
    case "InvalidExpireTime":
      return `ERR invalid expire time in '${error.command}' command`
    case "WrongArity":
      return `ERR wrong number of arguments for '${error.command}' command`
    case "UnknownCommand":
      return unknownCommandText(error.name, error.args)
    case "UnknownSubcommand":
      return `ERR unknown subcommand '${error.name.slice(0, 128)}'. Try ${error.container} HELP.`
    case "ProtocolFailure":
      return `ERR Protocol error: ${error.reason}`
    case "Failure":
      return error.message === "" ? error.code : `${error.code} ${error.message}`
  }
}

/** The word clients match on: `ERR`, `WRONGTYPE`, `NOAUTH` ... */
export const errorCode = (error: CommandError): string => {
  const text = errorText(error)
  const end = text.indexOf(" ")
  return end < 0 ? text : text.slice(0, end)
}

const shownLength = 128

/** Redis quotes what it did not understand, cut at 128 bytes for the name and for the arguments together. */
const unknownCommandText = (name: string, args: ReadonlyArray<string>): string => {
  let shown = ""
  for (const arg of args) {
    if (shown.length >= shownLength) break
    shown += `'${arg.slice(0, shownLength - shown.length)}' `
  }
  // Redis prints the name as a C string, which ends at a NUL.
  const [printed = ""] = name.slice(0, shownLength).split("\0", 1)
  return `ERR unknown command '${printed}', with args beginning with: ${shown}`
}
