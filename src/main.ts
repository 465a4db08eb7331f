#!/usr/bin/env -S node --max-old-space-size-percentage=75
/**
 * The program `keyloom`: a server from the command line.
 *
 * Compiled code is cached by Node between runs, so the program itself is only imported when that is switched on.
 */
import { enableCompileCache } from "node:module"

enableCompileCache()
await import("./program.ts")
