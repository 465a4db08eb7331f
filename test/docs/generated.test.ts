import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import { pages } from "../../docs/generate.ts"

describe("the generated documentation", () => {
  it.each(pages)(
    "docs/$fileName says what the declarations say; if it does not, run: npm run docs",
    ({ fileName, text }) => {
      assert.strictEqual(Fs.readFileSync(new URL(`../../docs/${fileName}`, import.meta.url), "utf8"), text)
    }
  )
})
