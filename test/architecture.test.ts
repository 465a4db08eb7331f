/**
 * Keeps the imports of `src` pointing down the folders, and the pure folders pure.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"

const root = Path.resolve(import.meta.dirname, "../src")

/** What each folder may import of ours, besides itself. */
const allowed: Readonly<Record<string, ReadonlyArray<string>>> = {
  data: [],
  protocol: ["data"],
  services: ["data", "protocol"],
  commands: ["data", "protocol", "services"],
  layers: ["data", "protocol", "services", "commands"],
  "": ["data", "protocol", "services", "commands", "layers"]
}

interface Import {
  readonly from: string
  readonly to: string
}

const files = Fs.readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"))

const imports: ReadonlyArray<Import> = files.flatMap((from) =>
  [...Fs.readFileSync(Path.join(root, from), "utf8").matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)]
    // The group of the expression takes part in every match.
    .map(([, to]) => ({ from, to: to! }))
)

const folderOf = (file: string): string => file.includes("/") ? file.slice(0, file.indexOf("/")) : ""

describe("architecture", () => {
  it("has files in every folder that it speaks of", () => {
    assert.deepStrictEqual([...new Set(files.map(folderOf))].sort(), Object.keys(allowed).sort())
  })

  it("imports point down the folders", () => {
    const wrong = imports.filter(({ from, to }) => {
      if (!to.startsWith(".")) return false
      const folder = folderOf(from)
      const target = folderOf(Path.relative(root, Path.resolve(root, Path.dirname(from), to)))
      return target !== folder && !(allowed[folder] ?? []).includes(target)
    })
    assert.deepStrictEqual(wrong, [])
  })

  it("data and protocol know neither Effect nor input and output", () => {
    const pure = new Set(["node:buffer", "node:crypto"])
    const wrong = imports.filter(({ from, to }) =>
      ["data", "protocol"].includes(folderOf(from)) && !to.startsWith(".") && !pure.has(to)
    )
    assert.deepStrictEqual(wrong, [])
  })

  it("the engine takes time and chance from Effect's services only", () => {
    const engine = files.filter((file) => folderOf(file) !== "")
    const wrong = engine.filter((file) =>
      /\bDate\.now\(|new Date\(\)|Math\.random\(|\bsetTimeout\(|\bsetInterval\(|performance\.now\(/
        .test(Fs.readFileSync(Path.join(root, file), "utf8"))
    )
    assert.deepStrictEqual(wrong, [])
  })
})
