/**
 * The language in which a command declares its arguments.
 *
 * One declaration serves three readers: the decoder, which turns a request's arguments into typed values in Redis's order of checks; COMMAND DOCS, which
 * shows the tree; and the key specs, from which COMMAND GETKEYS, access control and cluster slots know the keys. A value that not every byte string fits is
 * checked by an Effect Schema, compiled once.
 *
 * Neighbouring optional arguments that begin with a token may come in any order, as Redis's option loops read them.
 */
import "effect/schema/SchemaJITCompiler/enable"
import type * as Schema from "effect/Schema"
import * as Result from "effect/Result"
import * as SchemaParser from "effect/SchemaParser"
import { type ByteString, maxTextBytes } from "../data/ByteString.ts"
import type { Key } from "../data/Key.ts"
import {
  type CommandError,
  databaseOutOfRange,
  Failure,
  isCommandError,
  notFloat,
  notInteger,
  syntaxFailure
} from "../protocol/CommandError.ts"
import type { ArgumentType, KeyFlag } from "../services/CommandTable.ts"
import type { ArgReader } from "../protocol/ArgReader.ts"
import { compileFields, type Decoded, type Fields } from "./argFields.ts"
import * as Schemas from "./schemas.ts"

/** The facts of an argument that COMMAND DOCS shows. */
export interface ArgSpec {
  readonly type: ArgumentType
  readonly name?: string | undefined
  readonly display?: string | undefined
  readonly token?: string | undefined
  readonly since?: string | undefined
  readonly optional?: boolean | undefined
  readonly multiple?: boolean | undefined
  readonly once?: boolean | undefined
  readonly keyFlags?: ReadonlyArray<KeyFlag> | undefined
  /** Where it is repeated, so is its token. */
  readonly multipleToken?: boolean | undefined
  /** COMMAND DOCS does not show it. */
  readonly undocumented?: boolean | undefined
  /** The key spec a key belongs to, where it is not the next one in order. */
  readonly keySpec?: number | undefined
  /** Members of a `oneof` or `block`, by name. */
  readonly members?: ReadonlyArray<readonly [name: string, arg: Arg<unknown>]> | undefined
  /** COMMAND DOCS shows the members of this `block` as arguments of the command itself. */
  readonly unwrapped?: boolean | undefined
}

/** How an argument is read; `minimum` is the least number of request arguments it takes. */
export interface ArgDecoder<out A> {
  readonly read: (reader: ArgReader) => A | CommandError
  readonly minimum: number
  /** The number of request arguments it takes where that is always the same. */
  readonly width?: number | undefined
  /** It accepts every input, so nobody needs to look for an error. */
  readonly infallible?: boolean | undefined
  /** What an option that is not there decodes to. */
  readonly absent?: A | undefined
  /** It is read where it stands, and not as one of neighbouring options, although it begins with a token. */
  readonly inPlace?: boolean | undefined
  /** It decodes to a list, to which an option that is repeated adds. */
  readonly gathers?: boolean | undefined
  /** The answer to an option that comes a second time, the same or an alternative of it. */
  readonly conflict?: CommandError | undefined
  /** Of several alternatives the last one counts. */
  readonly isOverridden?: boolean | undefined
}

export class Arg<out A> {
  readonly spec: ArgSpec
  readonly decoder: ArgDecoder<A>

  constructor(spec: ArgSpec, decoder: ArgDecoder<A>) {
    this.spec = spec
    this.decoder = decoder
  }

  /** The name in COMMAND DOCS, where it differs from the field's. */
  named(name: string): Arg<A> {
    return new Arg({ ...this.spec, name }, this.decoder)
  }

  /** The type in COMMAND DOCS, for what the handler reads itself because Redis looks at it late. */
  typed(type: ArgumentType): Arg<A> {
    return new Arg({ ...this.spec, type }, this.decoder)
  }

  displayed(display: string): Arg<A> {
    return new Arg({ ...this.spec, display }, this.decoder)
  }

  since(since: string): Arg<A> {
    return new Arg({ ...this.spec, since }, this.decoder)
  }

  ofKeySpec(keySpec: number): Arg<A> {
    return new Arg({ ...this.spec, keySpec }, this.decoder)
  }

  /** An argument that Redis does not mention in COMMAND DOCS, or does not have. */
  undocumented(): Arg<A> {
    return new Arg({ ...this.spec, undocumented: true }, this.decoder)
  }

  /** An option, or an alternative of one, that is a syntax error the second time. */
  once(): Arg<A> {
    return new Arg({ ...this.spec, once: true }, this.decoder)
  }

  /** An option that, with all of its alternatives, may come only once: a second one is answered with `conflict`. */
  exclusive(conflict: CommandError): Arg<A> {
    return new Arg(this.spec, { ...this.decoder, conflict })
  }

  /** Alternatives of which the last one counts where several are given. */
  overridden(): Arg<A> {
    return new Arg(this.spec, { ...this.decoder, isOverridden: true })
  }

  /** An option that may be repeated, token and all: the values in order, none of them where it is absent. */
  repeated(): Arg<ReadonlyArray<A>> {
    const { read } = this.decoder
    return new Arg<ReadonlyArray<A>>({ ...this.spec, optional: true, multiple: true, multipleToken: true }, {
      read: (reader) => {
        const value = read(reader)
        // Only a CommandError is one: values are strings, numbers, keys or plain objects.
        return isCommandError(value) ? value : [value as A]
      },
      minimum: 0,
      absent: [],
      gathers: true
    })
  }

  /** Absent is `undefined`. An optional argument with a token is looked for among the options, one without where it stands. */
  optional(): Arg<A | undefined> {
    const { read } = this.decoder
    return new Arg<A | undefined>({ ...this.spec, optional: true }, {
      read: (reader) => reader.isAtEnd ? undefined : read(reader),
      minimum: 0,
      infallible: this.decoder.infallible,
      gathers: this.decoder.gathers,
      isOverridden: this.decoder.isOverridden
    })
  }

  /** Only values that are valid; others are answered with `error`. */
  refine<B extends A>(isValid: (value: A) => value is B, error: CommandError): Arg<B>
  refine(isValid: (value: A) => boolean, error: CommandError): Arg<A>
  refine(isValid: (value: A) => boolean, error: CommandError): Arg<A> {
    const { minimum, read, width } = this.decoder
    return new Arg<A>(this.spec, {
      read: (reader) => {
        const value = read(reader)
        return isCommandError(value) || isValid(value) ? value : error
      },
      minimum,
      width
    })
  }

  /** The last argument: if there are more, that is the error, whatever this one is like. */
  last(): Arg<A> {
    const { minimum, read, width } = this.decoder
    return new Arg<A>(this.spec, {
      read: (reader) => reader.remaining > minimum ? reader.unexpected : read(reader),
      minimum,
      width
    })
  }

  /** One or more, up to the last argument; an incomplete last one is a wrong number of arguments. */
  many(): Arg<ReadonlyArray<A>> {
    const { infallible = false, minimum, read } = this.decoder
    return new Arg<ReadonlyArray<A>>({ ...this.spec, multiple: true }, {
      read: (reader) => {
        const values: Array<A> = []
        while (!reader.isAtEnd) {
          if (reader.remaining < minimum) return reader.wrongArity
          const value = read(reader)
          if (!infallible && isCommandError(value)) return value
          // The line above returns every CommandError there can be.
          values.push(value as A)
        }
        return values
      },
      minimum,
      infallible: infallible && minimum === 1
    })
  }

  /** The value that follows `token`. */
  after<const Token extends string>(token: Token): Arg<A> {
    return new Arg({ ...this.spec, token }, this.#behind((value) => value))
  }

  /** The value that follows `token`, with the token beside it, to tell the alternatives of a `oneOf` apart. */
  labelled<const Token extends string>(token: Token): Arg<Labelled<Token, A>> {
    return new Arg<Labelled<Token, A>>({ ...this.spec, token }, this.#behind((value) => ({ token, value })))
  }

  #behind<B>(wrap: (value: A) => B): ArgDecoder<B> {
    const { gathers, minimum, read } = this.decoder
    return {
      read: (reader) => {
        // To Redis an option whose value is missing is no option at all.
        if (reader.remaining <= minimum) return reader.unexpected
        reader.position++
        const value = read(reader)
        // Only a CommandError is one: values are strings, numbers, keys or plain objects.
        return isCommandError(value) ? value : wrap(value as A)
      },
      minimum: minimum + 1,
      gathers
    }
  }
}

export interface Labelled<Token extends string, A> {
  readonly token: Token
  readonly value: A
}

const leaf = <A>(type: ArgumentType, read: (reader: ArgReader) => A): Arg<A> =>
  new Arg<A>({ type }, { read, minimum: 1, width: 1, infallible: true })

/** A key; its flags say what the command does with it. */
export const key = (...keyFlags: ReadonlyArray<KeyFlag>): Arg<Key> =>
  new Arg<Key>({ type: "key", keyFlags }, {
    read: (reader) => reader.request.key(reader.position++, reader.hasher),
    minimum: 1,
    width: 1,
    infallible: true
  })

/** Bytes that will be stored or answered: a copy which outlives the request. */
export const bytes: Arg<ByteString> = leaf("string", (reader) => reader.request.bytes(reader.position++))

/** Bytes for who copies what it keeps: as `text`, or, where a text would be too long, as `bytes`. */
export const view: Arg<ByteString> = leaf("string", (reader) => {
  const { request } = reader
  const i = reader.position++
  return request.byteLength(i) > maxTextBytes ? request.bytes(i) : request.text(i)
})

/** Bytes that are looked at while the command runs, one per char code. What is kept of them is copied by `ByteString`. */
export const text: Arg<string> = leaf("string", (reader) => reader.request.text(reader.position++))

/** A glob-style pattern. */
export const pattern: Arg<string> = leaf("pattern", (reader) => reader.request.text(reader.position++))

/** A value with a Schema of its own; whatever the Schema rejects is answered with `error`. */
export const schema = <A>(
  schema: Schema.Codec<A, string>,
  error: CommandError,
  type: ArgumentType = "string"
): Arg<A> => {
  const decode = SchemaParser.decodeUnknownResult(schema)
  return new Arg<A>({ type }, {
    read: (reader) => {
      const result = decode(reader.request.text(reader.position++))
      return Result.isSuccess(result) ? result.success : error
    },
    minimum: 1,
    width: 1
  })
}

/** A signed 64-bit integer: a number where it is a safe integer, else a bigint. */
export const integer: Arg<number | bigint> = schema(Schemas.Int64, notInteger, "integer")

/** A signed 64-bit integer clamped to the safe integers: enough for counts, offsets and positions. */
export const count: Arg<number> = schema(Schemas.Count, notInteger, "integer")

/** A signed 32-bit integer: Redis keeps the numbers of databases and some other small numbers in one. */
export const int32: Arg<number> = integer.refine(
  Schemas.isInt32,
  new Failure("value is out of range, value must between -2147483648 and 2147483647")
)

/** The number of one of this server's databases. */
export const databaseIndex: Arg<number> = new Arg<number>(int32.spec, {
  read: (reader) => {
    const index = int32.decoder.read(reader)
    return isCommandError(index) || (index >= 0 && index < reader.databaseCount) ? index : databaseOutOfRange
  },
  minimum: 1,
  width: 1
})

/** A floating point number, infinities included. */
export const double: Arg<number> = schema(Schemas.Double, notFloat, "double")

/** A word of the syntax, in any case. */
export const token = <const Token extends string>(token: Token): Arg<Token> =>
  new Arg<Token>({ type: "pure-token", token }, {
    read: (reader) => reader.accepts(token) ? (reader.position++, token) : syntaxFailure,
    minimum: 1,
    width: 1
  })

/** A token that is there or not. */
export const flag = (name: string): Arg<boolean> =>
  new Arg<boolean>({ type: "pure-token", token: name, optional: true }, {
    read: (reader) => reader.accepts(name) ? (reader.position++, true) : false,
    minimum: 0,
    absent: false
  })

/** One of several alternatives, told apart by their tokens; one without a token takes what the others do not. */
export const oneOf = <const Members extends Fields>(members: Members): Arg<Decoded<Members>[keyof Members]> => {
  type Member = Decoded<Members>[keyof Members]
  // The names of the object's own properties are its keys, and their values are its members.
  const alternatives = Object.entries(members) as unknown as ReadonlyArray<readonly [string, Arg<Member>]>
  const widths = new Set(alternatives.map(([, arg]) => arg.decoder.width))
  const choices = alternatives.map(([, arg]) => ({ read: arg.decoder.read, tokens: firstTokens(arg) }))
  return new Arg<Member>({ type: "oneof", members: alternatives }, {
    read: (reader) => {
      for (const { read, tokens } of choices) {
        if (tokens.length === 0 || tokens.some((token) => reader.accepts(token))) return read(reader)
      }
      return syntaxFailure
    },
    minimum: Math.min(...alternatives.map(([, arg]) => arg.decoder.minimum)),
    width: widths.size === 1 ? alternatives[0]?.[1].decoder.width : undefined
  })
}

/** Several arguments in a row. */
export const block = <const Members extends Fields>(members: Members): Arg<Decoded<Members>> => {
  const args = Object.values(members)
  const widths = args.map((arg) => arg.decoder.width)
  return new Arg<Decoded<Members>>({ type: "block", members: Object.entries(members) }, {
    read: compileFields(members),
    minimum: args.reduce((sum, arg) => sum + arg.decoder.minimum, 0),
    width: widths.reduce<number | undefined>(
      (sum, width) => sum === undefined || width === undefined ? undefined : sum + width,
      0
    ),
    infallible: args.every((arg) => arg.decoder.infallible === true)
  })
}

/**
 * A number and so many keys. `number` says how many, at least one; where there are fewer arguments left, the answer is `tooMany`.
 */
export const numberedKeys = (
  number: Arg<number>,
  keyFlags: ReadonlyArray<KeyFlag>,
  tooMany: CommandError = syntaxFailure
): Arg<ReadonlyArray<Key>> => {
  const one = key(...keyFlags)
  return new Arg<ReadonlyArray<Key>>(
    { type: "block", members: [["numkeys", number], ["key", one.many()]], unwrapped: true },
    {
      read: (reader) => {
        const count = number.decoder.read(reader)
        if (isCommandError(count)) return count
        if (count > reader.remaining) return tooMany
        const keys: Array<Key> = []
        while (keys.length < count) {
          const value = one.decoder.read(reader)
          if (isCommandError(value)) return value
          keys.push(value)
        }
        return keys
      },
      minimum: 2
    }
  )
}

/** A count, clamped to the safe integers; whatever is lower than `minimum`, or no integer, is answered with `error`. */
export const atLeast = (minimum: number, error: CommandError = notPositive): Arg<number> =>
  schema(Schemas.Count, error, "integer").refine((count) => count >= minimum, error)

/** What Redis says of negative counts, though it accepts 0. */
const notPositive = new Failure("value is out of range, must be positive")

/**
 * The last options of a command that looks at its key before it reads them: they decode to a function that does so, and which is called once.
 */
export const late = <const Members extends Fields>(members: Members): Arg<() => Decoded<Members> | CommandError> => {
  const read = compileFields(members)
  return new Arg<() => Decoded<Members> | CommandError>(
    { type: "block", members: Object.entries(members), unwrapped: true },
    {
      read: (reader) => {
        const start = reader.position
        reader.position = reader.request.length
        return () => {
          reader.position = start
          const decoded = read(reader)
          return isCommandError(decoded) || reader.isAtEnd ? decoded : reader.unexpected
        }
      },
      minimum: 0,
      infallible: true
    }
  )
}

/** The tokens with which an argument can begin; none where it begins with a value. */
export const firstTokens = (arg: Arg<unknown>): ReadonlyArray<string> => {
  if (arg.spec.token !== undefined) return [arg.spec.token]
  if (arg.spec.type === "oneof") return (arg.spec.members ?? []).flatMap(([, member]) => firstTokens(member))
  if (arg.spec.type !== "block") return []
  const tokens: Array<string> = []
  for (const [, member] of arg.spec.members ?? []) {
    tokens.push(...firstTokens(member))
    // Behind an argument that may be left out the next one can be the first.
    if (member.spec.optional !== true) break
  }
  return tokens
}

/** The tokens among `firstTokens` that must not come twice. */
export const onceTokens = (arg: Arg<unknown>): ReadonlyArray<string> =>
  arg.spec.type === "oneof" && arg.spec.token === undefined
    ? (arg.spec.members ?? []).flatMap(([, member]) => onceTokens(member))
    : arg.spec.once === true
    ? firstTokens(arg)
    : []
