/**
 * Data of a module, which nobody here understands. They can be passed over, because each of their fields says what it is.
 *
 * As the value of a key they are a failure, unless a file is only checked: a key must not go quietly. Such data as belong to no key are passed over always.
 */
import type { Int64 } from "../../data/Int64.ts"
import { ModuleOpcode } from "./RdbFormat.ts"
import type { RdbSource } from "./RdbSource.ts"
import { passedOver, type ValueDecoder } from "./ValueDecoder.ts"

export class ModuleDecoder implements ValueDecoder {
  /** The name of the module's type, `undefined` until it is known. */
  name: string | undefined = undefined
  readonly #mayPass: boolean

  constructor(mayPass: boolean) {
    this.#mayPass = mayPass
  }

  read(source: RdbSource): typeof passedOver | undefined {
    if (this.name === undefined) {
      const id = source.unsigned64()
      if (source.isStopped) return undefined
      this.name = nameOf(id)
      if (!this.#mayPass) {
        source.fail(`it holds a value of the module type '${this.name}', which is not known here`, "unsupported")
        return undefined
      }
      source.commit()
    }
    for (;;) {
      const opcode = source.length()
      switch (opcode) {
        case ModuleOpcode.end:
          return source.isStopped ? undefined : passedOver
        case ModuleOpcode.signed:
        case ModuleOpcode.unsigned:
          source.length()
          break
        case ModuleOpcode.float:
          source.raw(4)
          break
        case ModuleOpcode.double:
          source.raw(8)
          break
        case ModuleOpcode.string:
          source.skipString()
          break
        default:
          source.fail(`data of the module type '${this.name}' have a field of the unknown kind ${opcode}`)
      }
      if (source.isStopped) return undefined
      source.commit()
    }
  }
}

/** Nine characters of six bits each; below them are ten bits of a version. */
const nameOf = (id: Int64): string => {
  let name = ""
  for (let bits = BigInt(id) >> 10n; name.length < 9; bits >>= 6n) name = characters.charAt(Number(bits & 63n)) + name
  return name
}

const characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
