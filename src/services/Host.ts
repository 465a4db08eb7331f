/**
 * The process this server is, and the machine below it: what the operating system and the JavaScript engine say about them.
 *
 * The figures are read when they are asked for. What the data takes is `Memory`'s matter.
 */
import * as Context from "effect/Context"

/** Processor time in microseconds since the process began. */
export interface CpuTimes {
  readonly userMicros: number
  readonly systemMicros: number
}

/** V8's heap with the buffers that live outside of it, in bytes. */
export interface HeapFigures {
  /** Of objects, garbage among them that has not been collected yet. */
  readonly allocatedBytes: number
  /** Reserved for objects. */
  readonly activeBytes: number
  /** Of what is reserved, the part that is in physical memory. */
  readonly residentBytes: number
}

export interface HeapSpace {
  readonly name: string
  readonly sizeBytes: number
  readonly usedBytes: number
  readonly availableBytes: number
  readonly physicalBytes: number
}

export class Host extends Context.Service<Host, {
  /** System, release and machine, as `uname` names them. */
  readonly operatingSystem: string
  readonly archBits: 32 | 64
  readonly nodeVersion: string
  readonly v8Version: string
  /** The program that runs. */
  readonly executable: string
  /** Of the machine, in bytes. */
  readonly totalMemoryBytes: number

  /** Of all threads, and of the one that runs the commands. */
  readonly cpu: () => { readonly process: CpuTimes; readonly mainThread: CpuTimes }
  /** Turns of the event loop, and how long it was at work in them. */
  readonly eventLoop: () => { readonly cycles: number; readonly activeMicros: number }
  /** Physical memory of the process, in bytes. */
  readonly residentBytes: () => number
  readonly heap: () => HeapFigures
  readonly heapSpaces: () => ReadonlyArray<HeapSpace>

  /** Collects all garbage now. The server stands still meanwhile. */
  readonly collectGarbage: () => void
  /** Stops the whole process for so long, timers and all other clients included. */
  readonly halt: (millis: number) => void
}>()("keyloom/services/Host") {}
