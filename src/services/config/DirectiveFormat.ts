/**
 * The forms a directive's value can have in text: numbers, memory, yes or no, paths, lists.
 *
 * A format is a Schema between the words of a directive and its typed value, and knows how the value is written into redis.conf. The texts of the
 * refusals are Redis's own: clients read them in the reply of CONFIG SET.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { formatMemory, type RewrittenLine } from "../../data/ConfigFile.ts"
import { parseDouble } from "../../data/Double.ts"
import { parseMemory } from "../../data/MemorySize.ts"
import { repr } from "../../data/Repr.ts"

/** What the number of a value counts. */
export type Unit = "bytes" | "bytes or percent" | "seconds" | "minutes" | "milliseconds" | "microseconds" | "octal"

export interface Format<T> {
  /** Between the typed value and the words that CONFIG GET shows with a space between them. */
  readonly schema: Schema.Codec<T, ReadonlyArray<string>>
  /** It takes any number of words, and checks them itself. */
  readonly isMulti: boolean
  /** Words are read after those of the present value, and change only what they name. */
  readonly accumulates: boolean
  /** Several lines of one file add up, rather than that the last one counts. */
  readonly addsLines: boolean
  readonly isSecret: boolean
  readonly unit: Unit | undefined
  /** The lines CONFIG REWRITE keeps for a value. */
  readonly rewrite: (name: string, value: T, byDefault: T) => ReadonlyArray<RewrittenLine>
}

const format = <T>(options: {
  readonly type: Schema.Codec<T>
  readonly decode: (words: ReadonlyArray<string>) => Result.Result<T, string>
  readonly encode: (value: T) => ReadonlyArray<string>
  readonly write?: (value: T) => string
  readonly rewrite?: Format<T>["rewrite"]
  readonly isMulti?: boolean
  readonly accumulates?: boolean
  readonly addsLines?: boolean
  readonly isSecret?: boolean
  readonly unit?: Unit | undefined
}): Format<T> => {
  const write = options.write ?? ((value: T) => options.encode(value).join(" "))
  return {
    schema: Schema.Array(Schema.String).pipe(Schema.decodeTo(
      options.type,
      SchemaTransformation.transformEffect({
        decode: (words: ReadonlyArray<string>, parseOptions) =>
          Result.match(options.decode(words), {
            // The words stay out of the issue: they may be a password.
            onFailure: (message) => Effect.fail(new SchemaIssue.InvalidValue({ message }, undefined, parseOptions)),
            onSuccess: (value) => Effect.succeed(value)
          }),
        encode: (value: T) => Effect.succeed(options.encode(value))
      })
    )),
    isMulti: options.isMulti ?? false,
    accumulates: options.accumulates ?? false,
    addsLines: options.addsLines ?? false,
    isSecret: options.isSecret ?? false,
    unit: options.unit,
    rewrite: options.rewrite ??
      ((name, value, byDefault) => [{ text: `${name} ${write(value)}`, isForced: write(value) !== write(byDefault) }])
  }
}

/** A format of exactly one word. */
const word = <T>(options: {
  readonly type: Schema.Codec<T>
  readonly decode: (word: string) => Result.Result<T, string>
  readonly encode: (value: T) => string
  readonly write?: (value: T) => string
  readonly rewrite?: Format<T>["rewrite"]
  readonly isSecret?: boolean
  readonly unit?: Unit | undefined
}): Format<T> =>
  format({
    ...options,
    decode: ([first]) => first === undefined ? Result.fail("wrong number of arguments") : options.decode(first),
    encode: (value) => [options.encode(value)]
  })

export const maxInt32 = 2147483647
export const maxInt64 = 9223372036854775807n
const maxUint64 = 18446744073709551615n

/** A whole number in decimal digits, as Redis reads one: no `+`, no leading zeros, no blanks; beyond 64 bits it is not a number. */
const parseInteger = (text: string): bigint | undefined => {
  if (!/^(0|-?[1-9][0-9]{0,18})$/.test(text)) return undefined
  const value = BigInt(text)
  return value <= maxInt64 && value >= -maxInt64 - 1n ? value : undefined
}

const outside = (minimum: bigint | number, maximum: bigint | number, radix = 10): string =>
  `argument must be between ${minimum.toString(radix)} and ${maximum.toString(radix)} inclusive`

/**
 * A whole number from `minimum` to `maximum`; `nearest` draws what is accepted into a smaller range, without a word.
 *
 * The value is a number: above 2^53 it is the nearest one, and shown as such.
 */
export const integer = (minimum: number, maximum: number | bigint, options: {
  readonly unit?: Unit
  readonly nearest?: readonly [minimum: number, maximum: number]
} = {}): Format<number> =>
  word({
    type: typeof maximum === "bigint" ? Schema.Finite : Schema.Int,
    unit: options.unit,
    decode: (text) => {
      const value = parseInteger(text)
      if (value === undefined) return Result.fail("argument couldn't be parsed into an integer")
      if (value < minimum || value > maximum) return Result.fail(outside(minimum, maximum))
      const [lowest, highest] = options.nearest ?? [minimum, Infinity]
      return Result.succeed(Math.min(Math.max(Number(value), lowest), highest))
    },
    encode: (value) => typeof maximum === "bigint" ? String(exactInteger(value, maximum)) : String(value)
  })

/** A number with a fraction, from `minimum` to `maximum`. */
export const fraction = (minimum: number, maximum: number): Format<number> =>
  word({
    type: Schema.Finite,
    decode: (text) => {
      const value = parseDouble(text)
      if (value === undefined) return Result.fail("argument couldn't be parsed into a number")
      return value >= minimum && value <= maximum ? Result.succeed(value) : Result.fail(outside(minimum, maximum))
    },
    encode: String
  })

/**
 * An amount of memory in bytes, with or without a unit (`1k` is 1000, `1kb` is 1024).
 *
 * The value is a number: above 2^53 it is the nearest one, and shown as such.
 */
export const memory = (minimum: bigint, maximum: "int64" | "uint64"): Format<number> => {
  const limit = maximum === "int64" ? maxInt64 : maxUint64
  return word({
    type: Schema.Finite,
    unit: "bytes",
    decode: (text) => {
      const bytes = parseMemory(text)
      if (bytes === undefined) return Result.fail("argument must be a memory value")
      return bytes < minimum || bytes > limit ? Result.fail(outside(minimum, limit)) : Result.succeed(Number(bytes))
    },
    encode: (value) => String(exactInteger(value, limit)),
    write: (value) => formatMemory(exactInteger(value, limit))
  })
}

// 2^63 - 1 and 2^64 - 1 are no doubles: their neighbours above are taken for them.
const exactInteger = (value: number, limit: bigint): bigint => {
  const integer = BigInt(value)
  return integer > limit ? limit : integer
}

export type MemoryOrPercent =
  | { readonly bytes: number }
  | { readonly percent: number }

/** An amount of memory, or a part of `maxmemory` in percent. */
export const memoryOrPercent: Format<MemoryOrPercent> = word<MemoryOrPercent>({
  type: Schema.Union([Schema.Struct({ bytes: Schema.Finite }), Schema.Struct({ percent: Schema.Int })]),
  unit: "bytes or percent",
  decode: (text) => {
    const bytes = parseMemory(text)
    if (bytes !== undefined && bytes <= maxInt64) return Result.succeed({ bytes: Number(bytes) })
    const percent = text.endsWith("%") ? parseInteger(text.slice(0, -1)) : undefined
    // Redis stores percents as negative numbers, which is what an amount above 2^63 looks like to it.
    if (bytes !== undefined || (percent !== undefined && percent > 100n)) {
      return Result.fail("percentage argument must be less or equal to 100")
    }
    if (percent === undefined || percent < 0n) return Result.fail("argument must be a memory or percent value")
    return Result.succeed(percent === 0n ? { bytes: 0 } : { percent: Number(percent) })
  },
  encode: (value) => "percent" in value ? `${value.percent}%` : String(exactInteger(value.bytes, maxInt64)),
  write: (value) => "percent" in value ? `${value.percent}%` : formatMemory(exactInteger(value.bytes, maxInt64))
})

/** The permission bits of a file, in octal. */
export const octal = (maximum: number): Format<number> =>
  word({
    type: Schema.Int,
    unit: "octal",
    decode: (text) => {
      // C's strtoll: blanks and a sign may come first, and no digits at all are a zero.
      const digits = /^(?:|[ \t\n\v\f\r]*([+-]?[0-7]+))$/.exec(text)
      if (digits === null) return Result.fail("argument couldn't be parsed as an octal number")
      const value = parseInt(digits[1] ?? "0", 8)
      return value < 0 || value > maximum ? Result.fail(outside(0, maximum, 8)) : Result.succeed(value)
    },
    encode: (value) => value.toString(8)
  })

export const yesNo: Format<boolean> = word({
  type: Schema.Boolean,
  decode: (text) => {
    const answer = text.toLowerCase()
    if (answer === "yes" || answer === "no") return Result.succeed(answer === "yes")
    return Result.fail("argument must be 'yes' or 'no'")
  },
  encode: (value) => value ? "yes" : "no"
})

export const oneOf = <const L extends ReadonlyArray<string>>(choices: L): Format<L[number]> =>
  word<L[number]>({
    type: Schema.Literals(choices),
    decode: (text) => {
      const choice = choices.find((choice) => choice === text.toLowerCase())
      return choice === undefined
        ? Result.fail(`argument(s) must be one of the following: ${choices.join(", ")}`)
        : Result.succeed(choice)
    },
    encode: (value) => value
  })

/** Any bytes. */
export const text: Format<string> = word({
  type: Schema.String,
  decode: Result.succeed,
  encode: (value) => value,
  write: repr
})

/** The name of a file; the empty text is a value like others. */
export const path: Format<string> = word({
  type: Schema.String,
  decode: pathOfBytes,
  encode: bytesOfText,
  write: (value) => repr(bytesOfText(value))
})

/** The name of a file, or nothing, which is written as the empty text. */
export const optionalPath: Format<string | undefined> = word({
  type: Schema.UndefinedOr(Schema.String),
  decode: (text) => text === "" ? Result.succeed(undefined) : pathOfBytes(text),
  encode: (value) => bytesOfText(value ?? ""),
  rewrite: (name, value) => value === undefined ? [] : [{ text: `${name} ${repr(bytesOfText(value))}`, isForced: true }]
})

/** A directory, always as an absolute path: a relative one starts from the present value. */
export const directory: Format<string> = format({
  type: Schema.String,
  accumulates: true,
  decode: (words) => {
    const last = words.at(-1)
    if (last === undefined) return Result.fail("wrong number of arguments")
    if (last === "") return Result.fail("dir can't be empty")
    return pathOfBytes(words.reduce(resolveDirectory))
  },
  encode: (value) => [bytesOfText(value)],
  rewrite: (name, value) => [{ text: `${name} ${repr(bytesOfText(value))}`, isForced: true }]
})

/** `to` as a process whose working directory is `from` would see it. */
const resolveDirectory = (from: string, to: string): string => {
  const parts: Array<string> = []
  for (const part of (to.startsWith("/") ? to : `${from}/${to}`).split("/")) {
    if (part === "..") parts.pop()
    else if (part !== "" && part !== ".") parts.push(part)
  }
  return `/${parts.join("/")}`
}

/** A password as bytes, or none, which is written as the empty text. */
export const secret: Format<Redacted.Redacted<string> | undefined> = word({
  type: Schema.UndefinedOr(Schema.Redacted(Schema.String)),
  isSecret: true,
  decode: (text) => Result.succeed(text === "" ? undefined : Redacted.make(text)),
  encode: (value) => value === undefined ? "" : Redacted.value(value),
  rewrite: (name, value) =>
    value === undefined ? [] : [{ text: `${name} ${repr(Redacted.value(value))}`, isForced: true }]
})

const maxAddresses = 16

/** The addresses to listen on. */
export const addresses: Format<ReadonlyArray<string>> = format({
  type: Schema.Array(Schema.String),
  isMulti: true,
  decode: (words) =>
    words.length > maxAddresses
      ? Result.fail("Too many bind addresses specified.")
      : Result.succeed(unlessEmpty(words)),
  encode: (value) => value,
  rewrite: (name, value, byDefault) =>
    value.join(" ") === byDefault.join(" ")
      ? []
      : [{ text: `${name} ${value.length === 0 ? `""` : value.join(" ")}`, isForced: true }]
})

/** Percentiles, each from 0 to 100. */
export const percentiles: Format<ReadonlyArray<number>> = format({
  type: Schema.Array(Schema.Finite),
  isMulti: true,
  decode: (words) => {
    const values: Array<number> = []
    for (const word of unlessEmpty(words)) {
      const value = parseDouble(word)
      if (value === undefined) return Result.fail("Invalid latency-tracking-info-percentiles parameters")
      if (value < 0 || value > 100) {
        return Result.fail("latency-tracking-info-percentiles parameters should sit between [0.0,100.0]")
      }
      values.push(value)
    }
    return Result.succeed(values)
  },
  encode: (value) => value.map(formatPercentile),
  rewrite: (name, value) => [{
    text: `${name} ${value.length === 0 ? `""` : value.map(formatPercentile).join(" ")}`,
    isForced: true
  }]
})

const formatPercentile = (value: number): string => `${Object.is(value, -0) ? "-" : ""}${Number(value.toFixed(6))}`

/** The name of a file without a path. */
export const fileName: Format<string> = word({
  type: Schema.String,
  decode: (text) =>
    text.includes("/") || text === "" ? Result.fail("must be a filename, not a path") : pathOfBytes(text),
  encode: bytesOfText,
  write: (value) => repr(bytesOfText(value))
})

/** A snapshot is due when at least so many changes have been made, and so much time has passed since the last one. */
export interface SavePoint {
  readonly seconds: number
  readonly changes: number
}

/** When snapshots are made: pairs of seconds and changes. */
export const savePoints: Format<ReadonlyArray<SavePoint>> = format({
  type: Schema.Array(Schema.Struct({ seconds: Schema.Int, changes: Schema.Int })),
  isMulti: true,
  addsLines: true,
  decode: (words) => {
    const numbers = unlessEmpty(words)
    const points: Array<SavePoint> = []
    if (numbers.length % 2 !== 0) return Result.fail("Invalid save parameters")
    for (let at = 0; at < numbers.length; at += 2) {
      const [seconds, changes] = [numbers[at], numbers[at + 1]].map((text) =>
        /^\d{1,15}$/.test(text ?? "") ? Number(text) : NaN
      )
      if (seconds === undefined || changes === undefined || !(seconds >= 1) || !(changes >= 0)) {
        return Result.fail("Invalid save parameters")
      }
      points.push({ seconds, changes })
    }
    return Result.succeed(points)
  },
  encode: (value) => value.flatMap(({ changes, seconds }) => [String(seconds), String(changes)]),
  rewrite: (name, value) => {
    if (value.length === 0) return [{ text: `${name} ""`, isForced: true }]
    return value.map(({ changes, seconds }) => ({ text: `${name} ${seconds} ${changes}`, isForced: true }))
  }
})

/** A single empty word stands for no words. */
const unlessEmpty = (words: ReadonlyArray<string>): ReadonlyArray<string> =>
  words.length === 1 && words[0] === "" ? [] : words

export interface OutputBufferLimit {
  readonly hardBytes: number
  readonly softBytes: number
  readonly softSeconds: number
}

export interface OutputBufferLimits {
  readonly normal: OutputBufferLimit
  readonly replica: OutputBufferLimit
  readonly pubsub: OutputBufferLimit
}

const outputBufferLimit = Schema.Struct({
  hardBytes: Schema.Finite,
  softBytes: Schema.Finite,
  softSeconds: Schema.Int
})

// CONFIG GET says `slave` for what redis.conf calls `replica`.
const clientClasses = [["normal", "normal"], ["replica", "slave"], ["pubsub", "pubsub"]] as const

/** Limits per class of clients; words that name one class leave the others as they are. */
export const outputBufferLimits: Format<OutputBufferLimits> = format<OutputBufferLimits>({
  type: Schema.Struct({ normal: outputBufferLimit, replica: outputBufferLimit, pubsub: outputBufferLimit }),
  isMulti: true,
  accumulates: true,
  decode: (words) => {
    if (words.length % 4 !== 0) return Result.fail("Wrong number of arguments in buffer limit configuration.")
    const unlimited = { hardBytes: 0, softBytes: 0, softSeconds: 0 }
    const limits = { normal: unlimited, replica: unlimited, pubsub: unlimited }
    for (let index = 0; index < words.length; index += 4) {
      const [name = "", hard = "", soft = "", seconds = ""] = words.slice(index, index + 4)
      const named = clientClasses.find((names) => names.some((other) => other === name.toLowerCase()))
      if (named === undefined) return Result.fail("Invalid client class specified in buffer limit configuration.")
      const hardBytes = parseMemory(hard)
      const softBytes = parseMemory(soft)
      const softSeconds = /^$|^[ \t\n\v\f\r]*[+-]?[0-9]+$/.test(seconds) ? Number(seconds) : undefined
      if (
        hardBytes === undefined || softBytes === undefined || softSeconds === undefined || softSeconds < 0 ||
        softSeconds > maxInt32
      ) {
        return Result.fail("Error in hard, soft or soft_seconds setting in buffer limit configuration.")
      }
      limits[named[0]] = { hardBytes: Number(hardBytes), softBytes: Number(softBytes), softSeconds }
    }
    return Result.succeed(limits)
  },
  encode: (value) =>
    clientClasses.flatMap(([name, shown]) => {
      const { hardBytes, softBytes, softSeconds } = value[name]
      const bytes = [hardBytes, softBytes].map((bytes) => String(exactInteger(bytes, maxUint64)))
      return [shown, ...bytes, String(softSeconds)]
    }),
  rewrite: (directive, value, byDefault) =>
    clientClasses.map(([name]) => {
      const write = ({ hardBytes, softBytes, softSeconds }: OutputBufferLimit): string => {
        const bytes = [hardBytes, softBytes].map((bytes) => formatMemory(exactInteger(bytes, maxUint64)))
        return `${directive} ${name} ${bytes.join(" ")} ${softSeconds}`
      }
      return { text: write(value[name]), isForced: write(value[name]) !== write(byDefault[name]) }
    })
})

/** Text as the bytes of its UTF-8, one character per byte. */
export function bytesOfText(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1")
}

/** Bytes as the text they are in UTF-8; what is not UTF-8 becomes U+FFFD. */
export function textOfBytes(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8")
}

function pathOfBytes(bytes: string): Result.Result<string, string> {
  const text = textOfBytes(bytes)
  return bytesOfText(text) === bytes ? Result.succeed(text) : Result.fail("the name of a file must be UTF-8")
}
