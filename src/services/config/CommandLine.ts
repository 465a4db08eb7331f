/**
 * What the arguments of the program ask for: `keyloom [redis.conf] [-] [--directive value ...]`, by the rules of redis-server.
 *
 * Options are only collected here, as lines of redis.conf that are read after the file; what they mean is decided where files are read.
 */
import { repr, splitArguments } from "../../data/Repr.ts"
import { bytesOfText } from "./DirectiveFormat.ts"

export type CommandLine =
  | { readonly _tag: "Help" }
  | { readonly _tag: "Version" }
  /** Files are to be checked instead of served: `keyloom check-rdb FILE`. */
  | { readonly _tag: "Check"; readonly tool: CheckTool; readonly args: ReadonlyArray<string> }
  | {
    readonly _tag: "Run"
    readonly configFile: string | undefined
    /** A lone `-`, first or last: the standard input is read after the file, and before the options. */
    readonly readsStdin: boolean
    /** Lines of redis.conf, as bytes. */
    readonly options: string
  }

export type CheckTool = "check-rdb" | "check-aof"

/** Reads the program's arguments, without the interpreter and the program itself. */
export const parseCommandLine = (args: ReadonlyArray<string>): CommandLine => {
  const first = args[0] ?? ""
  if (first === "--help" || first === "-h") return { _tag: "Help" }
  if (first === "--version" || first === "-v") return { _tag: "Version" }
  if (first === "check-rdb" || first === "check-aof") return { _tag: "Check", tool: first, args: args.slice(1) }

  const configFile = first === "" || first.startsWith("-") ? undefined : first
  let readsStdin = false
  let options = ""
  // A word after an option's name is its value even if it begins with `--`; after that, `--` begins the next option.
  let hasValue = true
  for (let index = configFile === undefined ? 0 : 1; index < args.length; index++) {
    const arg = bytesOfText(args[index] ?? "")
    const isLast = index === args.length - 1
    if (arg === "-" && (index === 0 || isLast)) {
      readsStdin = true
    } else if (hasValue && arg.startsWith("--")) {
      options += `${options === "" ? "" : "\n"}${arg.slice(2)} `
      // `--port 7000` may come as one argument.
      hasValue = splitArguments(arg)?.length !== 1
      // `--save` alone means `save ""`: command lines made from empty lists look like this.
      if (arg.toLowerCase() === "--save" && (isLast || args[index + 1]?.startsWith("--") === true)) {
        options += `""`
        hasValue = true
      }
    } else {
      options += `${repr(arg)} `
      hasValue = true
    }
  }
  return { _tag: "Run", configFile, readsStdin, options }
}
