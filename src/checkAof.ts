#!/usr/bin/env node
/**
 * The program `keyloom-check-aof`, which is `keyloom check-aof`.
 */
import { enableCompileCache } from "node:module"

enableCompileCache()
const { runCheck } = await import("./checkProgram.ts")
runCheck("check-aof", process.argv.slice(2))
