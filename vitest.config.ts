import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores are enough for two files at a time; differential tests start servers of their own.
    maxWorkers: 2
  }
})
