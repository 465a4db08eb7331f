/**
 * Runs the examples of the documentation: each `ts` block as a program of its own, which has to print what the comments behind its `console.log` lines say.
 */
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"

const root = Path.resolve(import.meta.dirname, "..")
const typescript = Path.join(root, "node_modules/typescript/bin/tsc")

interface Example {
  readonly name: string
  readonly code: string
  readonly output: ReadonlyArray<string>
}

const examplesOf = (file: string): ReadonlyArray<Example> => {
  const text = Fs.existsSync(Path.join(root, file)) ? Fs.readFileSync(Path.join(root, file), "utf8") : ""
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => {
    const code = match[1] ?? ""
    const line = text.slice(0, match.index).split("\n").length
    const output = [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map((match) => match[1] ?? "")
    return { name: `${file}:${line}`, code, output }
  })
}

const examples = ["README.md", "docs/embedding.md", "docs/observability.md"].flatMap(examplesOf)

describe("the examples of the documentation", () => {
  it("are found", () => {
    assert.isAbove(examples.filter(({ name }) => name.startsWith("docs/")).length, 5)
  })

  it.each(examples.map((example) => [example.name, example] as const))("%s prints what it says", (_, example) => {
    const code = example.code.replaceAll(`"keyloom"`, `"./src/index.ts"`)
    const run = spawnSync(process.execPath, ["--input-type=module-typescript", "--eval", code], {
      cwd: root,
      encoding: "utf8",
      env: { PATH: process.env["PATH"], NO_COLOR: "1" }
    })
    assert.strictEqual(run.status, 0, run.stderr)
    assert.deepStrictEqual(run.stdout.split("\n").slice(0, -1), example.output)
  })

  it("have no type errors", () => {
    const directory = Fs.mkdtempSync(Path.join(root, "node_modules/.docs-"))
    try {
      examples.forEach(({ code }, index) => Fs.writeFileSync(Path.join(directory, `example${index}.ts`), code))
      Fs.writeFileSync(
        Path.join(directory, "tsconfig.json"),
        JSON.stringify({
          extends: "../../tsconfig.json",
          compilerOptions: {
            lib: ["es2024", "esnext.disposable", "dom"],
            paths: { keyloom: ["../../src/index.ts"] },
            noUnusedLocals: true
          },
          include: ["*.ts"]
        })
      )
      const tsc = spawnSync(process.execPath, [typescript, "-p", directory], { cwd: root, encoding: "utf8" })
      // Errors elsewhere are the type check's own matter.
      assert.deepStrictEqual(tsc.stdout.split("\n").filter((line) => line.includes("example")), [])
    } finally {
      Fs.rmSync(directory, { recursive: true })
    }
  })
})
