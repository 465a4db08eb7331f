/**
 * Keyloom as a drop-in binary: scripts in the suite's `src` folder, in the place of the programs that its tests start.
 *
 * `valkey-cli` and `valkey-benchmark` stay the original ones.
 */
import * as Fs from "node:fs"
import * as Path from "node:path"
import { keyloomCommand } from "../support/referenceServers.ts"

/**
 * Puts the scripts into this copy of the suite.
 *
 * Of the configuration files that the suite writes, the lines are taken out that are in `dropped`: the name of a
 * directive, or a name with the one value that says what holds anyway. Every other directive is Keyloom's to know, or to
 * refuse.
 */
export const installDropIn = (suite: string, dropped: ReadonlyArray<string>): void => {
  const keyloom = keyloomCommand().words.map(quoted).join(" ")
  const droppedFile = Path.join(suite, "dropped-directives")
  Fs.writeFileSync(droppedFile, `${dropped.join("\n")}\n`)
  const script = (name: string, lines: string): void => {
    const path = Path.join(suite, "src", name)
    // The original is a link, which would be written through.
    Fs.rmSync(path, { force: true })
    Fs.writeFileSync(path, `#!/bin/sh\n${lines}\n`, { mode: 0o755 })
  }
  script(
    "valkey-server",
    `
if [ -f "$1" ]; then
  awk 'FNR == NR { dropped[$0]; next } !($1 in dropped) && !($0 in dropped)' ${quoted(droppedFile)} "$1" > "$1.kept"
  mv "$1.kept" "$1"
fi
exec ${keyloom} "$@"`
  )
  script("valkey-check-aof", `exec ${keyloom} check-aof "$@"`)
  script("valkey-check-rdb", `exec ${keyloom} check-rdb "$@"`)
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`
