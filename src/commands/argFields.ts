/**
 * Decoding of several named arguments into one object.
 *
 * The decoder of a command is generated once as straight-line code, because storing properties by computed names costs more than all the rest of decoding a
 * small request. Where code generation is forbidden the same steps are interpreted.
 */
import { type CommandError, isCommandError, syntaxFailure } from "../protocol/CommandError.ts"
import type { Arg } from "./Arg.ts"
import { firstTokens, onceTokens } from "./Arg.ts"
import type { ArgReader } from "../protocol/ArgReader.ts"

export type Fields = Readonly<Record<string, Arg<unknown>>>

export type Decoded<F extends Fields> = { readonly [K in keyof F]: F[K] extends Arg<infer A> ? A : never }

/** One argument in its place, or neighbouring options in any order. */
type Step =
  | { readonly _tag: "Positional"; readonly name: string; readonly arg: Arg<unknown> }
  | { readonly _tag: "Options"; readonly names: ReadonlyArray<string>; readonly read: OptionsReader }

type OptionsReader = (reader: ArgReader) => ReadonlyArray<unknown> | CommandError

export const compileFields = <const F extends Fields>(fields: F): (reader: ArgReader) => Decoded<F> | CommandError => {
  const steps = stepsOf(fields)
  try {
    // The generated function returns an object with exactly the names of `fields`, each read by its own argument's decoder.
    return generate(steps) as (reader: ArgReader) => Decoded<F> | CommandError
  } catch (error) {
    if (!(error instanceof EvalError)) throw error
    return interpret(steps) as (reader: ArgReader) => Decoded<F> | CommandError
  }
}

const isOption = (arg: Arg<unknown>): boolean =>
  arg.spec.optional === true && arg.decoder.inPlace !== true && firstTokens(arg).length > 0

const stepsOf = (fields: Fields): ReadonlyArray<Step> => {
  const steps: Array<Step> = []
  let options: Array<readonly [string, Arg<unknown>]> = []
  const endOptions = () => {
    if (options.length > 0) {
      steps.push({
        _tag: "Options",
        names: options.map(([name]) => name),
        read: optionsReader(options.map(([, arg]) => arg))
      })
    }
    options = []
  }
  for (const [name, arg] of Object.entries(fields)) {
    if (isOption(arg)) {
      options.push([name, arg])
    } else {
      endOptions()
      steps.push({ _tag: "Positional", name, arg })
    }
  }
  endOptions()
  return steps
}

/**
 * Redis's option loops, as one: an option may be repeated unless it says `once`, the last one counts; two different alternatives of one choice are a syntax error; what is no option
 * ends the loop, and is an error unless something else of the command can follow.
 */
const optionsReader = (options: ReadonlyArray<Arg<unknown>>): OptionsReader => {
  const choices = options.map((arg) => ({
    read: arg.decoder.read,
    gathers: arg.decoder.gathers === true,
    tokens: firstTokens(arg),
    once: onceTokens(arg),
    conflict: arg.decoder.conflict,
    isOverridden: arg.decoder.isOverridden === true
  }))
  const absent = options.map((arg) => arg.decoder.absent)
  return (reader) => {
    if (reader.isAtEnd) return absent
    const values: Array<unknown> = [...absent]
    const chosen: Array<string | undefined> = []
    next: while (!reader.isAtEnd) {
      for (let i = 0; i < choices.length; i++) {
        const { conflict, gathers, isOverridden, once, read, tokens } = choices[i]!
        for (const token of tokens) {
          if (!reader.accepts(token)) continue
          const previous = chosen[i]
          if (previous !== undefined) {
            if (conflict !== undefined) return conflict
            if (previous !== token && !isOverridden || once.includes(token)) return syntaxFailure
          }
          chosen[i] = token
          const value = read(reader)
          if (isCommandError(value)) return value
          // What gathers decodes to a list, and so was the value before.
          values[i] = gathers
            ? [...(values[i] as ReadonlyArray<unknown> ?? []), ...(value as ReadonlyArray<unknown>)]
            : value
          continue next
        }
      }
      break
    }
    return values
  }
}

const generate = (steps: ReadonlyArray<Step>): (reader: ArgReader) => unknown => {
  const inputs: Array<unknown> = [isCommandError]
  const lines: Array<string> = []
  const properties: Array<string> = []
  for (const step of steps) {
    const read = inputs.length
    if (step._tag === "Positional") {
      inputs.push(step.arg.decoder.read)
      lines.push(`const v${read} = f${read}(reader)`)
      if (step.arg.decoder.infallible !== true) lines.push(`if (f0(v${read})) return v${read}`)
      properties.push(`${JSON.stringify(step.name)}: v${read}`)
    } else {
      inputs.push(step.read)
      lines.push(`const v${read} = f${read}(reader)`, `if (f0(v${read})) return v${read}`)
      step.names.forEach((name, i) => properties.push(`${JSON.stringify(name)}: v${read}[${i}]`))
    }
  }
  const parameters = inputs.map((_, i) => `f${i}`)
  const body = `return function decode(reader) {\n${lines.join("\n")}\nreturn {${properties.join(", ")}}\n}`
  return new Function(...parameters, body)(...inputs) as (reader: ArgReader) => unknown
}

const interpret = (steps: ReadonlyArray<Step>) => (reader: ArgReader): unknown => {
  const fields: Array<readonly [string, unknown]> = []
  for (const step of steps) {
    const value = step._tag === "Positional" ? step.arg.decoder.read(reader) : step.read(reader)
    if (isCommandError(value)) return value
    if (step._tag === "Positional") fields.push([step.name, value])
    // The reader of options returns one value for each of their names.
    else step.names.forEach((name, i) => fields.push([name, (value as ReadonlyArray<unknown>)[i]]))
  }
  return Object.fromEntries(fields)
}
