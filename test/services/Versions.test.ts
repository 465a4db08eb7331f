import { assert, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { keyloomVersion } from "../../src/services/Versions.ts"

it("the version is the one in package.json", () => {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8")
  assert.include(text, `"version": "${keyloomVersion}"`)
})
