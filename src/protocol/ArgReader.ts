/**
 * Where a decoder stands in a request: the next argument to read, and what it needs to make keys and errors of it.
 */
import type { KeyHasher } from "../data/KeyHasher.ts"
import { type CommandError, syntaxFailure, WrongArity } from "./CommandError.ts"
import type { Request } from "./Request.ts"

export class ArgReader {
  readonly hasher: KeyHasher
  /** How many databases a number can choose from. */
  readonly databaseCount: number
  request: Request
  position = 0
  /** The request is one that a server has written for itself, in which it may say more than a client. */
  isRepeated = false
  #commandName = ""
  #unknownOption: ((text: string) => CommandError) | undefined

  constructor(hasher: KeyHasher, databaseCount: number, request: Request) {
    this.hasher = hasher
    this.databaseCount = databaseCount
    this.request = request
  }

  /** Starts behind the command's name, or behind its subcommand's. */
  start(
    request: Request,
    position: number,
    commandName: string,
    unknownOption: ((text: string) => CommandError) | undefined
  ): this {
    this.request = request
    this.position = position
    this.#commandName = commandName
    this.#unknownOption = unknownOption
    return this
  }

  get isAtEnd(): boolean {
    return this.position >= this.request.length
  }

  get remaining(): number {
    return this.request.length - this.position
  }

  get wrongArity(): CommandError {
    return new WrongArity(this.#commandName)
  }

  /** What an argument that fits no option is answered with. */
  get unexpected(): CommandError {
    return this.#unknownOption === undefined ? syntaxFailure : this.#unknownOption(this.request.text(this.position))
  }

  /** Whether the next argument is `token`, in any case. */
  accepts(token: string): boolean {
    return this.position < this.request.length && this.request.equalsIgnoreCase(this.position, token)
  }
}
