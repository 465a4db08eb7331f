#!/usr/bin/env node
/**
 * The program `keyloom-check-rdb`, which is `keyloom check-rdb`.
 */
import { enableCompileCache } from "node:module"

enableCompileCache()
const { runCheck } = await import("./checkProgram.ts")
runCheck("check-rdb", process.argv.slice(2))
